import type { MessageConnection } from 'vscode-jsonrpc';
import { relocate } from '../core/relocate.ts';
import { LocateHit, SetUnsaved, ShowPaths } from '../protocol/editors.ts';
import type { Folders } from './folders.ts';
import type { EngineServices } from './services.ts';

export interface EditorsContext {
  readonly folders: Pick<Folders, 'get'>;
  readonly services: () => Promise<EngineServices>;
}

/** Answers what faces ask about texts in editors. */
export function serveEditors(connection: MessageConnection, { folders, services }: EditorsContext): void {
  connection.onRequest(LocateHit, async ({ path, text, hit }) => {
    const chunks = (await (await services()).chunkText(path, text)).map(({ chunk }) => chunk);
    const found = relocate(hit, chunks);
    return found === undefined ? null : { startLine: found.startLine, endLine: found.endLine };
  });

  connection.onRequest(ShowPaths, async ({ folder, paths }) => (await folders.get(folder)).index.passes.show(paths));
  connection.onRequest(SetUnsaved, async ({ folder, path, text }) => {
    const { index, params } = await folders.get(folder);
    // What is not indexed on disk is not searched in an editor either, and neither is what would be too large.
    const counts = text !== null && text.length <= params.files.maxFileBytes && index.ledger.get(path)?.state === 'indexed';
    await index.unsaved.set(path, counts ? text : null, await services());
  });
}
