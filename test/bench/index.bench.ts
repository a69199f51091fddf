// Measures indexing through the real engine: `npm run bench:index -- [--large] [--huge] [--size=N] [--files=N] [--keep] [folder]` at 1,000 and 10,000 chunks of
// real code, with --large at 100,000 too, with --huge at 1,000,000, with --size at that number alone,
// with --files over that number of small files. Ratios within one run are what counts: what
// the store's own writing costs is measured in the same run, by bare LanceDB calls over the same rows.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createChunker } from '../../src/chunking/chunker.ts';
import { grammarOf, openGrammars } from '../../src/chunking/grammars.ts';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { FilesChanged, GetStatus, OpenFolder, Pause, Resume, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { CleanUp } from '../../src/protocol/health.ts';
import { bytesBelow, openStore, recordedGenerations } from '../../src/store/index.ts';
import { type SourceFile, sourceFiles } from './corpus.ts';
import { type Use, watchUse } from './processUse.ts';
import { storeFloor } from './storeFloor.ts';

const ROOT = join(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist');
const SAVES = 25;
const QUESTIONS = [
  'where is the cache invalidated',
  'parse command line options',
  'read a file line by line',
  'how are errors reported to the user',
  'walk the syntax tree',
  'createServer',
  'compute the hash of a buffer',
  'retry a failed request',
];
const ROUNDS = 5;
const PAUSES = 8;
const PAUSE_STEP_MS = 400;
const TELL_MS = 10_000;

const args = process.argv.slice(2);
const source = args.find((arg) => !arg.startsWith('--')) ?? join(ROOT, 'node_modules');
const only = args.find((arg) => arg.startsWith('--size='))?.slice('--size='.length);
const small = args.find((arg) => arg.startsWith('--files='))?.slice('--files='.length);
/** A small file. */
const SMALL_CHARACTERS = 3000;
const sizes =
  small !== undefined
    ? [Number.POSITIVE_INFINITY]
    : only !== undefined
      ? [Number(only)]
      : [1000, 10_000, ...(args.includes('--large') ? [100_000] : []), ...(args.includes('--huge') ? [1_000_000] : [])];

const grammars = await openGrammars(join(DIST, 'media/grammars'));
const chunker = await createChunker({ grammarDir: join(DIST, 'media/grammars') });

for (const size of sizes) {
  const home = mkdtempSync(join(tmpdir(), 'index-bench-'));
  const folder = join(home, 'project');
  const indexDir = join(home, 'index');
  say('writing the files');
  const files = await write(folder, size);
  say(`parsing ${files.length.toLocaleString('en')} files`);
  const parse = await bareParse(files);
  say('indexing');
  const first = await indexAnew(folder, indexDir);
  const { client } = first;
  say(`indexed ${first.chunks.toLocaleString('en')} chunks in ${seconds(first.ms)}; saving and asking`);
  const saves = await percentiles(SAVES, (round) => save(client, folder, round));
  const queries = await percentiles(QUESTIONS.length * ROUNDS, (round) => ask(client, QUESTIONS[round % QUESTIONS.length] ?? ''));
  const upkeep = await saveDuringUpkeep(client, folder);
  const pauses = await pauseDuringUpkeep(client, folder);
  const use = first.use.now();
  first.use.stop();
  await client.stop();
  say('starting over the unchanged index');
  const again = await startUnchanged(folder, indexDir);
  say('writing the same rows by bare calls');
  const disk = await diskUse(indexDir);
  const floor = await storeFloor(indexDir, join(home, 'floor'));
  const { chunks, ms } = first;
  console.log(`${files.length.toLocaleString('en')} files, ${chunks.toLocaleString('en')} chunks`);
  row('bare parse', `${seconds(parse.ms)}, ${rate(files.length, parse.ms)} files/s, ${seconds(parse.cpu)} of processor time`);
  row(
    'indexing',
    `${seconds(ms)}, ${rate(files.length, ms)} files/s, ${rate(chunks, ms)} chunks/s, x ${(ms / parse.ms).toFixed(2)} of the bare parse`,
  );
  row("the store's own writing, bare", `${seconds(floor.ms)}, ${seconds(floor.cpu)} of processor time`);
  row('indexing less that', `x ${((ms - floor.ms) / parse.ms).toFixed(2)} of the bare parse`);
  row('indexing against the bar', `x ${(ms / (2 * parse.ms + floor.ms)).toFixed(2)} of twice the bare parse and the store's own writing`);
  row('first answer after opening', seconds(first.firstAnswerMs));
  row('save until a search has it', saves);
  row('the same during an upkeep', upkeep);
  row('pause in the middle of an upkeep', pauses);
  row('query', queries);
  row('start over an unchanged index', `first answer ${seconds(again.firstAnswerMs)}, in step with the disk ${seconds(again.ms)}`);
  row('files read again at that start', String(again.indexedFiles));
  row('processor time of the engine', cpuText(first.cpu, parse.cpu));
  row('peak memory of the engine', use.peak === 0 ? 'not told here' : `${megabytes(use.peak)}, started ${use.starts} times`);
  if (use.upkeepPeak > 0) row('of its upkeep, and of both', `${megabytes(use.upkeepPeak)}, ${megabytes(use.peakTogether)} at one moment`);
  row(
    'on disk',
    `${(disk.bytes / 1e6).toFixed(1)} MB, ${Math.round(disk.bytes / chunks).toLocaleString('en')} bytes a chunk, ${disk.share}`,
  );
  if (args.includes('--keep')) row('kept in', home);
  else rmSync(home, { recursive: true, force: true });
}
// The parser's Wasm heap would keep the process for a while.
process.exit(0);

/** Writes files until they hold this many chunks. */
async function write(folder: string, size: number): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  const counts = new Map<string, number>();
  let chunks = 0;
  for (const file of sourceFiles(source)) {
    if (small !== undefined && file.text.length > SMALL_CHARACTERS) continue;
    // Copies have the same chunks as the file that they are of.
    const key = file.path.replace(/^copy\d+\//, '');
    const count = counts.get(key) ?? (await chunker.chunk(file.path, file.text, languageOfPath(file.path))).length;
    counts.set(key, count);
    mkdirSync(dirname(join(folder, nameOf(file))), { recursive: true });
    writeFileSync(join(folder, nameOf(file)), file.text);
    files.push(file);
    chunks += count;
    if (chunks >= size || files.length >= Number(small)) break;
  }
  return files;
}

/** Nothing below `node_modules` or a build folder is indexed, so those names are changed. */
function nameOf({ path }: SourceFile): string {
  return path
    .split('/')
    .map((part) => (/^(node_modules|dist|build|out|vendor|target|\..*)$/.test(part) ? `of-${part}` : part))
    .join('/');
}

/** Milliseconds by the clock and of processor time to parse every file once, with grammars that are loaded already. */
async function bareParse(files: readonly SourceFile[]): Promise<{ readonly ms: number; readonly cpu: number }> {
  let ms = 0;
  let cpu = 0;
  for (const { path, text } of files) {
    const grammar = grammarOf(languageOfPath(path));
    if (grammar === undefined) continue;
    const parser = await grammars.parser(grammar);
    const startedAt = performance.now();
    const before = process.cpuUsage();
    parser.parse(text)?.delete();
    const { user, system } = process.cpuUsage(before);
    ms += performance.now() - startedAt;
    cpu += (user + system) / 1000;
  }
  return { ms, cpu };
}

interface Opened {
  readonly client: EngineClient;
  readonly firstAnswerMs: number;
  readonly ms: number;
  readonly cpu: Use;
  readonly use: ReturnType<typeof watchUse>;
  readonly indexedFiles: number;
  readonly chunks: number;
}

/** From the start of the process until all is indexed, asking all the time until there is a first answer. */
async function indexAnew(folder: string, indexDir: string): Promise<Opened> {
  const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly: false } });
  const use = watchUse(client.pid);
  const startedAt = performance.now();
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  let firstAnswerMs = 0;
  const answered = (async () => {
    while ((await ask(client, 'parse command line options')) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    firstAnswerMs = performance.now() - startedAt;
  })();
  const progress = setInterval(() => void tell(client, folder, use.now()), TELL_MS);
  const { status, indexedFiles } = await client.request(WaitForIndex, { folder });
  const ms = performance.now() - startedAt;
  clearInterval(progress);
  const cpu = use.now();
  await answered;
  return { client, firstAnswerMs, ms, cpu, use, indexedFiles, chunks: status.chunks };
}

/** What a person sees who waits for a large index. */
async function tell(client: EngineClient, folder: string, { peak, starts }: Use): Promise<void> {
  // While the engine starts anew at its ceiling there is nobody to ask.
  const status = await client.request(GetStatus, { folder }).catch(() => undefined);
  if (status === undefined) return;
  const { phase, chunks, filesDone, filesTotal } = status;
  const count = (value: number): string => value.toLocaleString('en');
  say(
    `${phase}: ${count(filesDone)} of ${count(filesTotal)} files, ${count(chunks)} chunks, peak ${(peak / 1e6).toFixed(0)} MB, started ${starts} times`,
  );
}

/** To the error stream, so that the figures can be kept without it. */
function say(what: string): void {
  process.stderr.write(`${new Date().toLocaleTimeString('en-GB')} ${what}\n`);
}

async function startUnchanged(folder: string, indexDir: string): Promise<Opened> {
  const opened = await indexAnew(folder, indexDir);
  opened.use.stop();
  await opened.client.stop();
  return opened;
}

/** Rows found. */
async function ask(client: EngineClient, query: string): Promise<number> {
  const { hits } = await client.request(Search, { query, mode: 'hybrid', limit: 20, rows: 'symbol', filters: {} });
  return hits.length;
}

/** Saves one file with a function of a new name, waits until it is indexed, and searches for it: the time a person waits, typing excluded. */
async function save(client: EngineClient, folder: string, round: number): Promise<void> {
  const name = `savedFunctionNumber${round}`;
  writeFileSync(join(folder, 'saved.ts'), `/** Saved. */\nexport function ${name}() {\n  return ${round};\n}\n`);
  await client.request(FilesChanged, { folder, paths: ['saved.ts'] });
  await client.request(WaitForIndex, { folder });
  const { hits } = await client.request(Search, { query: name, mode: 'hybrid', limit: 3, rows: 'symbol', filters: {} });
  if (hits[0]?.symbol !== name) throw new Error(`${name} was saved and is not found`);
}

/** Saves, each until a search has it, for as long as an upkeep over the whole index takes. */
async function saveDuringUpkeep(client: EngineClient, folder: string): Promise<string> {
  let isRunning = true;
  const cleaned = client.request(CleanUp, { roots: [] }).finally(() => {
    isRunning = false;
  });
  const times: number[] = [];
  for (let round = 1000; isRunning; round++) {
    const startedAt = performance.now();
    await save(client, folder, round);
    times.push(performance.now() - startedAt);
  }
  await cleaned;
  return `${percentilesOf(times)} of ${times.length}`;
}

/** From the wish to pause until nothing works on the tables any more, at several moments of an upkeep over the whole index. */
async function pauseDuringUpkeep(client: EngineClient, folder: string): Promise<string> {
  const times: number[] = [];
  for (let round = 1; round <= PAUSES; round++) {
    const cleaned = client.request(CleanUp, { roots: [] });
    await new Promise((resolve) => setTimeout(resolve, round * PAUSE_STEP_MS));
    const startedAt = performance.now();
    await client.request(Pause, { folder });
    times.push(performance.now() - startedAt);
    await cleaned;
    await client.request(Resume, { folder });
    await client.request(WaitForIndex, { folder });
  }
  return `${percentilesOf(times)}, at most ${Math.max(...times).toFixed(0)} ms, of ${times.length}`;
}

/** What lies on disk, and how much of that the newest rows and indexes need. */
async function diskUse(indexDir: string): Promise<{ readonly bytes: number; readonly share: string }> {
  const { fingerprint = '', dimension = 0 } = (await recordedGenerations(indexDir))[0] ?? {};
  const store = await openStore({ dir: indexDir, fingerprint, dimension, write: false });
  const needed = await store.neededBytes();
  await store.close();
  const bytes = await bytesBelow(indexDir);
  return { bytes, share: `x ${(bytes / needed).toFixed(2)} of what rows and indexes need` };
}

async function percentiles(rounds: number, work: (round: number) => Promise<unknown>): Promise<string> {
  await work(rounds);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await work(round);
    times.push(performance.now() - startedAt);
  }
  return percentilesOf(times);
}

function percentilesOf(times: number[]): string {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0)} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}`;
}

function cpuText({ store, rest }: Use, parseMs: number): string {
  return `${seconds(store)} in the store, ${seconds(rest)} in all else (x ${(rest / parseMs).toFixed(2)} of the bare parse)`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function rate(count: number, ms: number): string {
  return Math.round((count / ms) * 1000).toLocaleString('en');
}

function row(what: string, value: string): void {
  console.log(`  ${what.padEnd(32)} ${value}`);
}
