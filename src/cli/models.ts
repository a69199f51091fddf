import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { CancellationTokenSource, ResponseError } from 'vscode-jsonrpc';
import { type EngineClient, RequestCancelledError, startEngine } from '../client/engineClient.ts';
import type { ModelDtype } from '../core/modelCatalogue.ts';
import { ErrorCode } from '../protocol/engine.ts';
import { DownloadModel, ImportModel, ListModels, type ModelListing, RemoveModel, VerifyModels } from '../protocol/models.ts';
import { cacheDir, modelsDir } from './indexDir.ts';
import { askText, listText, progressText, verdictText } from './modelsText.ts';
import { UsageError } from './usage.ts';

interface ModelsOptions {
  readonly modelsDir?: string;
  readonly offline?: boolean;
  readonly mirror?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

const CLEAR_LINE = '\r\u001b[2K';
/** Failures that are no bad use of the command: the way to the file, or the file. */
const FAILED: ReadonlySet<number> = new Set([ErrorCode.DownloadFailed, ErrorCode.ModelFiles]);

/** Adds `quarry models ...`. Exit codes: 0 done, 1 not done, 2 bad use. */
export function addModelCommands(quarry: Command, finish: (code: number) => void): void {
  const models = quiet(quarry.command('models').description('list, download, import, remove and verify models'));
  const add = (usage: string, description: string): Command =>
    quiet(models.command(usage).description(description))
      .option('--models-dir <dir>', "where models live (default: the user's data folder)")
      .option('--offline', 'forbid every download')
      .option('--mirror <url>', "address that stands for the hub's")
      .option('--json', 'print JSON')
      .option('--verbose', "print the engine's log to stderr");
  add('list', 'say which models there are, and which are installed').action(async (options) => finish(await list(options)));
  add('download <id>', 'download a model, after a yes')
    .option('--yes', 'do not ask')
    .addOption(new Option('--dtype <format>', 'number format').choices(['q8', 'fp16', 'fp32', 'q4', 'q4f16']))
    .action(async (id, options) => finish(await download(id, options)));
  add('import <id> <folder>', 'copy a model from a folder').action(async (id, folder, options) =>
    finish(await importModel(id, folder, options)),
  );
  add('remove <id>', 'delete an installed model, or what is left of a download').action(async (id, options) =>
    finish(await remove(id, options)),
  );
  add('verify [id]', 'read the files of installed models again').action(async (id, options) => finish(await verify(id, options)));
}

function quiet(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false);
}

/** Starts an engine without a folder, and always ends it. A failure is one line on stderr and the code 1. */
async function withEngine(options: ModelsOptions, action: (client: EngineClient) => Promise<number>): Promise<number> {
  const mirror = options.mirror ?? '';
  if (mirror !== '' && !/^https?:\/\/./.test(mirror))
    throw new UsageError(`--mirror takes an address that begins with https:// or http://, not ${mirror}.`);
  const here = dirname(fileURLToPath(import.meta.url));
  const dir = modelsDir(options.modelsDir);
  const client = startEngine({
    module: join(here, 'engine.mjs'),
    // Nothing is searched here, so no embedder is loaded.
    options: { mediaDir: join(here, 'media'), keywordOnly: true, models: { dir, offline: options.offline ?? false, mirror } },
    compileCache: join(cacheDir(), 'compiled'),
  });
  if (options.verbose === true) client.onLog(({ level, message }) => process.stderr.write(`${level}: ${message.trimEnd()}\n`));
  try {
    return await action(client);
  } catch (error) {
    if (error instanceof RequestCancelledError) process.stderr.write('Cancelled. What has arrived is kept for the next attempt.\n');
    else if (error instanceof ResponseError && FAILED.has(error.code)) process.stderr.write(`${error.message}\n`);
    else throw error;
    return 1;
  } finally {
    await client.stop();
  }
}

function print(options: ModelsOptions, value: unknown, text: string): void {
  process.stdout.write(`${options.json === true ? JSON.stringify(value) : text}\n`);
}

function list(options: ModelsOptions): Promise<number> {
  return withEngine(options, async (client) => {
    const listing = await client.request(ListModels, {});
    print(options, listing, listText(listing));
    return 0;
  });
}

function download(id: string, options: ModelsOptions & { yes?: boolean; dtype?: ModelDtype }): Promise<number> {
  return withEngine(options, async (client) => {
    const listing = await client.request(ListModels, {});
    if (options.yes !== true && !(await isAgreed(listing, id, options.dtype))) return 1;
    const model = await cancellable(client, (token) =>
      client.request(DownloadModel, { id, ...(options.dtype === undefined ? {} : { dtype: options.dtype }) }, token),
    );
    print(options, model, `${id} is installed in ${join(listing.dir, ...id.split('/'))}.`);
    return 0;
  });
}

/** Shows what would come and asks. Without a terminal nobody can say yes, and nothing is downloaded. */
async function isAgreed(listing: ModelListing, id: string, dtype: ModelDtype | undefined): Promise<boolean> {
  const model = listing.models.find(({ entry }) => entry.id === id);
  // The engine refuses an unknown one with a sentence.
  if (model === undefined || model.entry.delivery !== 'download' || listing.offline) return true;
  process.stderr.write(`${askText(model, listing.hub, dtype)}\n`);
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) throw new UsageError('Nothing was downloaded: say yes with --yes.');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const stopped = new AbortController();
  prompt.once('close', () => stopped.abort());
  const answer = await prompt.question('Download it? [y/N] ', { signal: stopped.signal }).catch(() => '');
  prompt.close();
  return /^(y|yes)$/i.test(answer.trim());
}

/** Runs a request with progress on a terminal; Ctrl+C cancels it in order. */
async function cancellable<T>(client: EngineClient, action: (token: CancellationTokenSource['token']) => Promise<T>): Promise<T> {
  const source = new CancellationTokenSource();
  const cancel = () => source.cancel();
  const { stderr } = process;
  const stop = client.onModelProgress((event) => {
    if (stderr.isTTY) stderr.write(`${CLEAR_LINE}${progressText(event)}`);
  });
  process.once('SIGINT', cancel);
  try {
    return await action(source.token);
  } finally {
    process.off('SIGINT', cancel);
    stop();
    if (stderr.isTTY) stderr.write(CLEAR_LINE);
  }
}

function importModel(id: string, folder: string, options: ModelsOptions): Promise<number> {
  return withEngine(options, async (client) => {
    const model = await client.request(ImportModel, { id, folder: resolve(folder) });
    const unknown = model.files.filter(({ pinned }) => !pinned).length;
    print(options, model, `${id} is installed from ${folder}: ${model.files.length} files, ${unknown} of them of no known digest.`);
    return 0;
  });
}

function remove(id: string, options: ModelsOptions): Promise<number> {
  return withEngine(options, async (client) => {
    const { removed } = await client.request(RemoveModel, { id });
    print(options, { id, removed }, removed ? `${id} is removed.` : `${id} is not installed.`);
    return removed ? 0 : 1;
  });
}

function verify(id: string | undefined, options: ModelsOptions): Promise<number> {
  return withEngine(options, async (client) => {
    const verdicts = await client.request(VerifyModels, id === undefined ? {} : { id });
    print(
      options,
      verdicts,
      verdicts.length === 0
        ? `${id === undefined ? 'No model' : id} is ${id === undefined ? '' : 'not '}installed.`
        : verdictText(verdicts),
    );
    const isFine = verdicts.every(({ files }) => files.every(({ state }) => state === 'ok'));
    return isFine && verdicts.length > 0 ? 0 : 1;
  });
}
