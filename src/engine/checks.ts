import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { placeOf } from '../core/embedder.ts';
import type { FileSettings } from '../core/files.ts';
import { bytesText } from '../core/sizeText.ts';
import { scanFolder } from '../files/scan.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { CheckState, HealthCheck } from '../protocol/health.ts';
import { isLostConnection } from '../protocol/lostConnection.ts';
import { inspectStore, listGenerations, loadNative } from '../store/index.ts';
import { startChild } from './childProcess.ts';
import type { FolderIndex } from './folderIndex.ts';
import { planFolder } from './planFolder.ts';
import { DescribeRuntime } from './rerank/messages.ts';
import { selfTest } from './selfTest.ts';
import { type EngineServices, messageOf } from './services.ts';
import { readWriter } from './writerLock.ts';

export interface CheckedFolder {
  readonly index: FolderIndex;
  readonly indexDir: string;
  readonly files: FileSettings;
  readonly fingerprint: string;
  readonly services: EngineServices;
  /** Undefined where no models can be installed. */
  readonly library: ModelLibrary | undefined;
}

const FEW_BYTES = 1_000_000_000;
const TOO_FEW_BYTES = 100_000_000;
/** Disk that an index may take for each byte that its rows need, once it has been cleaned up; the rest is for short texts and small tables. */
const SPACE_FACTOR = 1.5;
const SPACE_FREE = 20_000_000;
const SHOWN = 3;

const said = (name: string, state: CheckState, finding: string, advice = ''): HealthCheck => ({ name, state, finding, advice });
const some = (paths: readonly string[]): string =>
  `${paths.slice(0, SHOWN).join(', ')}${paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : ''}`;

/** Every check that applies, in the order to read them in. A check that fails to run is a problem of its own; none throws. */
export async function runChecks(folder: CheckedFolder): Promise<readonly HealthCheck[]> {
  const checks: readonly [string, (folder: CheckedFolder) => Promise<HealthCheck | undefined>][] = [
    ['native', checkNative],
    ['parser', checkParser],
    ['embedder', checkEmbedder],
    ['device', checkDevice],
    ['models', checkModels],
    ['disk', checkDisk],
    ['rules', checkRules],
    ['store', checkStore],
    ['self-test', checkSearch],
    ['ledger', checkLedger],
    ['failed files', checkFailed],
    ['freshness', checkFreshness],
    ['writer', checkWriter],
    ['size', checkSize],
  ];
  const found: HealthCheck[] = [];
  for (const [name, check] of checks) {
    const result = await check(folder).catch((error: unknown) => said(name, 'problem', messageOf(error), 'See the log for more.'));
    if (result !== undefined) found.push(result);
  }
  return found;
}

/** What is native can end a process, so the runtime of models is loaded in one of its own. */
async function checkNative(): Promise<HealthCheck> {
  await loadNative();
  const { connection, gone, kill } = startChild('rerankProcess');
  try {
    const { version, devices } = await connection.sendRequest(DescribeRuntime);
    return said('native', 'ok', `LanceDB and onnxruntime ${version} load; the latter is built for ${devices.join(', ')}.`);
  } catch (error) {
    const why = isLostConnection(error) ? `its process ${await gone}` : messageOf(error);
    return said('native', 'warning', `onnxruntime does not load (${why}): only the bundled model can serve.`, 'Install Quarry again.');
  } finally {
    kill();
  }
}

async function checkParser({ services }: CheckedFolder): Promise<HealthCheck> {
  const drafts = await services.chunkText('check.ts', '/** Checks itself. */\nexport function selfTest() {\n  return 1;\n}\n');
  const works = drafts.some(({ chunk }) => chunk.symbol === 'selfTest');
  return works
    ? said('parser', 'ok', `The parser works (Node ${process.versions.node}, ${process.platform} ${process.arch}).`)
    : said('parser', 'problem', 'The parser does not find a function in a line of TypeScript.', 'Install Quarry again.');
}

async function checkEmbedder({ services: { embedder, embedderProblem } }: CheckedFolder): Promise<HealthCheck> {
  if (embedder === undefined)
    return said('embedder', 'warning', embedderProblem, 'Restart the engine; if it stays so, install Quarry again.');
  const { id, device, dimension } = embedder.info;
  const texts = ['opens a network connection', 'sorts a list of numbers'];
  const vectors = await embedder.embed(texts, 'document');
  const [one, other] = texts.map((_, row) => vectors.subarray(row * dimension, (row + 1) * dimension));
  const sound = one !== undefined && other !== undefined && isUnit(one) && isUnit(other) && one.some((value, at) => value !== other[at]);
  return sound
    ? said('embedder', 'ok', `${id} on ${device} makes vectors of ${dimension} numbers.`)
    : said('embedder', 'problem', `${id} on ${device} makes vectors that are not usable.`, 'Choose another device or model.');
}

async function checkDevice({ services: { embedder } }: CheckedFolder): Promise<HealthCheck | undefined> {
  if (embedder === undefined) return undefined;
  const note = embedder.note?.() ?? '';
  return said('device', 'ok', `${embedder.info.id} runs on ${placeOf(embedder.info)}.${note === '' ? '' : ` ${note}`}`);
}

async function checkModels({ library }: CheckedFolder): Promise<HealthCheck> {
  const installed = (await library?.listInstalled()) ?? [];
  if (library === undefined || installed.length === 0) return said('models', 'ok', 'No model is installed beside the bundled one.');
  const broken: string[] = [];
  for (const { id } of installed) if ((await library.verify(id))?.some(({ state }) => state !== 'ok')) broken.push(id);
  if (broken.length === 0) return said('models', 'ok', `${some(installed.map(({ id }) => id))}: every file is as it was installed.`);
  return said(
    'models',
    'problem',
    `Files of ${some(broken)} are missing or changed.`,
    'Download it again: `quarry models download <model>`.',
  );
}

function isUnit(vector: Float32Array): boolean {
  return Math.abs(Math.hypot(...vector) - 1) < 0.01;
}

async function checkDisk({ indexDir }: CheckedFolder): Promise<HealthCheck> {
  const { bavail, bsize } = await statfs(indexDir).catch(() => statfs(dirname(indexDir)));
  const free = bavail * bsize;
  const state = free < TOO_FEW_BYTES ? 'problem' : free < FEW_BYTES ? 'warning' : 'ok';
  return said('disk', state, `${bytesText(free)} are free where the index is.`, state === 'ok' ? '' : 'Make room, or run the clean-up.');
}

async function checkRules({ index, files }: CheckedFolder): Promise<HealthCheck> {
  const found = await scanFolder(index.folder, files);
  const who = found.source === 'git' ? 'Git decides' : 'The folder is in no git repository: its ignore files decide';
  const finding = `${who}: ${found.files.length} files belong to the index, ${found.skipped.length} places do not.`;
  if (found.notes.length > 0) return said('rules', 'warning', `${finding} ${found.notes.join(' ')}`, 'Correct what the notes name.');
  if (found.files.length === 0) return said('rules', 'warning', finding, 'List the reasons: `quarry files <folder> --skipped`.');
  return said('rules', 'ok', finding);
}

async function checkStore({ indexDir, fingerprint }: CheckedFolder): Promise<HealthCheck> {
  const { state, detail } = await inspectStore(indexDir, fingerprint);
  const update = 'Run `quarry index <folder>`, or open the folder in the editor.';
  if (state === 'ready') return said('store', 'ok', `The index in ${indexDir} opens, and every part of it can be read.`);
  if (state === 'missing') return said('store', 'problem', 'There is no index yet.', update);
  if (state === 'other-fingerprint') return said('store', 'warning', `The index is of another version or model (${detail}).`, update);
  if (state === 'newer-format')
    return said('store', 'problem', `A newer Quarry wrote the index (${detail}).`, 'Update Quarry, or rebuild the index.');
  return said('store', 'problem', `The index is damaged (${detail}).`, `${update} It is rebuilt then.`);
}

function checkSearch({ index }: CheckedFolder): Promise<HealthCheck | undefined> {
  return index.read(({ store, corpus, ledger, embedder }) => selfTest(store, corpus, ledger, embedder !== undefined));
}

async function checkLedger({ index }: CheckedFolder): Promise<HealthCheck | undefined> {
  const result = await index.read(({ store }) => store.compare());
  if (result === undefined) return undefined;
  const { rows, wrongPaths } = result;
  if (wrongPaths.length === 0) return said('ledger', 'ok', `All ${rows} rows are whole, and those that the ledger promises.`);
  return said(
    'ledger',
    'problem',
    `${wrongPaths.length} files have other rows than the ledger promises, or damaged ones: ${some(wrongPaths)}.`,
    'The next start of indexing repairs what is missing; rebuild the index if this stays.',
  );
}

async function checkFailed({ index }: CheckedFolder): Promise<HealthCheck> {
  const failed = [...index.ledger.values()].filter(({ state }) => state === 'failed');
  const [first] = failed;
  if (first === undefined) return said('failed files', 'ok', 'No file has failed.');
  const names = some(failed.map(({ path }) => path));
  return said(
    'failed files',
    'warning',
    `${failed.length} could not be indexed: ${names} (${first.error}).`,
    'Retry them in Index Health.',
  );
}

async function checkFreshness({ index, files }: CheckedFolder): Promise<HealthCheck> {
  const { plan } = await planFolder(index.folder, { all: true, paths: [] }, index.ledger, files);
  const behind = [...plan.read.map(({ path }) => path), ...plan.removed];
  if (behind.length === 0) return said('freshness', 'ok', `All ${plan.unchanged} files are indexed as they are on disk.`);
  return said('freshness', 'warning', `${behind.length} files differ from the index: ${some(behind)}.`, 'Run `quarry index <folder>`.');
}

async function checkWriter({ indexDir }: CheckedFolder): Promise<HealthCheck> {
  const writer = await readWriter(indexDir);
  if (writer === undefined) return said('writer', 'ok', 'No process writes the index now.');
  if (!writer.alive) return said('writer', 'ok', `Process ${writer.pid}, which wrote the index, was killed; the next one takes over.`);
  return said('writer', 'ok', `Process ${writer.pid}${writer.pid === process.pid ? ' (this one)' : ''} writes the index.`);
}

async function checkSize({ index, indexDir }: CheckedFolder): Promise<HealthCheck | undefined> {
  const sizes = await index.read(async ({ store, fingerprint }) => {
    const generation = (await listGenerations(indexDir, fingerprint)).find(({ current }) => current);
    return { bytesOnDisk: generation?.bytes ?? 0, needed: await store.neededBytes() };
  });
  if (sizes === undefined) return undefined;
  const { bytesOnDisk, needed } = sizes;
  const finding = `${bytesText(bytesOnDisk)} on disk; rows and indexes need ${bytesText(needed)}.`;
  const tooMuch = bytesOnDisk > needed * SPACE_FACTOR + SPACE_FREE;
  return tooMuch ? said('size', 'warning', finding, 'Run the clean-up: `quarry clean <folder>`.') : said('size', 'ok', finding);
}
