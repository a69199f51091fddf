import { basename } from 'node:path/posix';
import type { MessageConnection } from 'vscode-jsonrpc';
import { languageOfPath } from '../core/languages.ts';
import type { ModelLibrary } from '../models/library.ts';
import { ErrorCode, type FileListing } from '../protocol/engine.ts';
import { CleanUp, type CleanUpResult, type FolderHealth, GetHealth, RetryFiles, RunChecks, WipeIndex } from '../protocol/health.ts';
import { bytesBelow, dropOtherGenerations, listGenerations } from '../store/index.ts';
import { runChecks } from './checks.ts';
import { engineError } from './errors.ts';
import { indexFingerprint } from './fingerprint.ts';
import type { FolderIndex } from './folderIndex.ts';
import type { Folders, OpenFolderState } from './folders.ts';
import { removeIfEmpty, removeIndex, removeOrphans, sweepBesideStore } from './indexFolder.ts';
import { type EngineServices, messageOf } from './services.ts';
import { forgive } from './suspects.ts';
import { readWriter, takeWriterLock } from './writerLock.ts';

export interface HealthParts {
  /** A wiped folder is taken out. */
  readonly folders: Pick<Folders, 'get' | 'all' | 'forget'>;
  readonly listFiles: (state: OpenFolderState) => Promise<FileListing>;
  readonly services: () => Promise<EngineServices>;
  readonly library: () => ModelLibrary | undefined;
}

/** Answers the requests of the health view, of `quarry doctor` and of the clean-up. */
export function serveHealth(connection: MessageConnection, parts: HealthParts): void {
  connection.onRequest(GetHealth, async ({ folder }) => {
    const state = await parts.folders.get(folder);
    const models = (await parts.library()?.listInstalled()) ?? [];
    return {
      ...(await describeHealth(state, await parts.listFiles(state), indexFingerprint((await parts.services()).embedder?.info))),
      models: models.map(({ id, files }) => ({ id, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) })),
    };
  });
  connection.onRequest(RunChecks, async ({ folder }) => {
    const { index, params } = await parts.folders.get(folder);
    const services = await parts.services();
    const fingerprint = indexFingerprint(services.embedder?.info);
    return runChecks({ index, indexDir: params.indexDir, files: params.files, fingerprint, services, library: parts.library() });
  });
  connection.onRequest(RetryFiles, async ({ folder, paths }) => {
    const { index, params } = await parts.folders.get(folder);
    await forgive(params.indexDir, paths);
    index.changed(paths);
  });
  connection.onRequest(CleanUp, async ({ roots }) => cleanUp(parts, roots));
  connection.onRequest(WipeIndex, async ({ folder }) => ({ freedBytes: await wipe(parts, folder) }));
}

async function describeHealth(
  { index, params }: OpenFolderState,
  listing: FileListing,
  fingerprint: string,
): Promise<Omit<FolderHealth, 'models'>> {
  const writer = await readWriter(params.indexDir);
  return {
    status: index.status(),
    languages: await countLanguages(index),
    skipped: listing.skipped,
    failed: listing.failed,
    generations: await listGenerations(params.indexDir, fingerprint),
    ...(writer === undefined ? {} : { writer: { ...writer, own: writer.pid === process.pid } }),
  };
}

/** What a path does not tell, as of a script without an extension, the index knows: it has read the file. */
async function countLanguages(index: Pick<FolderIndex, 'ledger' | 'read'>): Promise<FolderHealth['languages']> {
  const paths = [...index.ledger.values()].flatMap(({ path, state }) => (state === 'indexed' ? [path] : []));
  const untold = paths.filter((path) => languageOfPath(path) === 'plaintext' && !basename(path).includes('.'));
  const asRead = new Map((await index.read(({ store }) => store.fileSummaries(untold)))?.map(({ path, language }) => [path, language]));
  const counts = new Map<string, number>();
  for (const path of paths) {
    const language = asRead.get(path) ?? languageOfPath(path);
    counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].map(([language, files]) => ({ language, files })).sort((a, b) => b.files - a.files);
}

/** Indexes of open folders are compacted; a folder that another process writes, or that is not complete yet, is only named. */
async function cleanUp({ folders, services }: HealthParts, roots: readonly string[]): Promise<CleanUpResult> {
  const { embedder } = await services();
  const fingerprint = indexFingerprint(embedder?.info);
  const notes: string[] = [];
  let freedBytes = 0;
  for (const { index, params } of await folders.all()) {
    const before = await bytesBelow(params.indexDir).catch(() => 0);
    const { phase, building } = index.status();
    if ((await readWriter(params.indexDir))?.pid !== process.pid) {
      notes.push(`${index.folder} is written by another window or process: clean it up there.`);
      continue;
    }
    try {
      await index.read(({ store }) => store.upkeep());
      // Until the first pass is through, what an earlier version or model left still answers; without an embedder it waits for its return.
      if (phase === 'ready' && building === undefined && embedder !== undefined) {
        await dropOtherGenerations(params.indexDir, fingerprint);
        await sweepBesideStore(params.indexDir);
      }
    } catch (error) {
      notes.push(`${index.folder} could not be cleaned up: ${messageOf(error)}`);
    }
    freedBytes += Math.max(0, before - (await bytesBelow(params.indexDir).catch(() => before)));
  }
  const orphans = (await Promise.all(roots.map(removeOrphans))).flat();
  freedBytes += orphans.reduce((sum, { bytes }) => sum + bytes, 0);
  return { freedBytes, orphans: orphans.map(({ folder }) => folder), notes };
}

async function wipe({ folders }: HealthParts, folder: string): Promise<number> {
  const { index, params } = await folders.get(folder);
  const writer = await readWriter(params.indexDir);
  const elsewhere = engineError(
    ErrorCode.IndexNotWritable,
    `Another window or process writes the index of ${index.folder}: close it first.`,
  );
  if (writer?.alive === true && writer.pid !== process.pid) throw elsewhere;
  folders.forget(index.folder);
  await index.close();
  const lock = await takeWriterLock(params.indexDir);
  if (lock === undefined) throw elsewhere;
  try {
    return await removeIndex(params.indexDir);
  } finally {
    await lock.release();
    await removeIfEmpty(params.indexDir);
  }
}
