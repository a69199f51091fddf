// Measures indexing through the real engine: `npm run bench:index -- [--large] [--huge] [--size=N] [--keep] [folder]` at 1,000 and 10,000 chunks of
// real code, with --large at 100,000 too, with --huge at 1,000,000, with --size at that number alone. Ratios within one run are what counts.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createChunker } from '../../src/chunking/chunker.ts';
import { grammarOf, openGrammars } from '../../src/chunking/grammars.ts';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { FilesChanged, OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { type SourceFile, sourceFiles } from './corpus.ts';

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

const args = process.argv.slice(2);
const source = args.find((arg) => !arg.startsWith('--')) ?? join(ROOT, 'node_modules');
const only = args.find((arg) => arg.startsWith('--size='))?.slice('--size='.length);
const sizes =
  only !== undefined
    ? [Number(only)]
    : [1000, 10_000, ...(args.includes('--large') ? [100_000] : []), ...(args.includes('--huge') ? [1_000_000] : [])];

const grammars = await openGrammars(join(DIST, 'media/grammars'));
const chunker = await createChunker({ grammarDir: join(DIST, 'media/grammars') });

for (const size of sizes) {
  const home = mkdtempSync(join(tmpdir(), 'index-bench-'));
  const folder = join(home, 'project');
  const indexDir = join(home, 'index');
  const files = await write(folder, size);
  const parseMs = await bareParse(files);
  const first = await indexAnew(folder, indexDir);
  const { client } = first;
  const saves = await percentiles(SAVES, (round) => save(client, folder, round));
  const queries = await percentiles(QUESTIONS.length * ROUNDS, (round) => ask(client, QUESTIONS[round % QUESTIONS.length] ?? ''));
  const peak = peakMemory(client.pid());
  await client.stop();
  const again = await startUnchanged(folder, indexDir);
  const { chunks, bytes, ms } = first;
  console.log(`${files.length.toLocaleString('en')} files, ${chunks.toLocaleString('en')} chunks`);
  row('bare parse', `${seconds(parseMs)}, ${rate(files.length, parseMs)} files/s`);
  row(
    'indexing',
    `${seconds(ms)}, ${rate(files.length, ms)} files/s, ${rate(chunks, ms)} chunks/s, x ${(ms / parseMs).toFixed(2)} of the bare parse`,
  );
  row('first answer after opening', seconds(first.firstAnswerMs));
  row('save to searchable', saves);
  row('query', queries);
  row('start over an unchanged index', `first answer ${seconds(again.firstAnswerMs)}, in step with the disk ${seconds(again.ms)}`);
  row('files read again at that start', String(again.indexedFiles));
  row('peak memory of the engine', peak === 0 ? 'not told here' : `${(peak / 1e6).toFixed(0)} MB`);
  row('on disk', `${(bytes / 1e6).toFixed(1)} MB, ${((bytes / chunks) | 0).toLocaleString('en')} bytes a chunk`);
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
    // Copies have the same chunks as the file that they are of.
    const key = file.path.replace(/^copy\d+\//, '');
    const count = counts.get(key) ?? (await chunker.chunk(file.path, file.text, languageOfPath(file.path))).length;
    counts.set(key, count);
    mkdirSync(dirname(join(folder, nameOf(file))), { recursive: true });
    writeFileSync(join(folder, nameOf(file)), file.text);
    files.push(file);
    chunks += count;
    if (chunks >= size) break;
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

/** Milliseconds to read and parse every file once, with grammars that are loaded already. */
async function bareParse(files: readonly SourceFile[]): Promise<number> {
  let ms = 0;
  for (const { path, text } of files) {
    const grammar = grammarOf(languageOfPath(path));
    if (grammar === undefined) continue;
    const parser = await grammars.parser(grammar);
    const startedAt = performance.now();
    parser.parse(text)?.delete();
    ms += performance.now() - startedAt;
  }
  return ms;
}

interface Opened {
  readonly client: EngineClient;
  readonly firstAnswerMs: number;
  readonly ms: number;
  readonly indexedFiles: number;
  readonly chunks: number;
  readonly bytes: number;
}

/** From the start of the process until all is indexed, asking all the time until there is a first answer. */
async function indexAnew(folder: string, indexDir: string): Promise<Opened> {
  const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly: false } });
  const startedAt = performance.now();
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  let firstAnswerMs = 0;
  const answered = (async () => {
    while ((await ask(client, 'parse command line options')) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    firstAnswerMs = performance.now() - startedAt;
  })();
  const { status, indexedFiles } = await client.request(WaitForIndex, { folder });
  const ms = performance.now() - startedAt;
  await answered;
  return { client, firstAnswerMs, ms, indexedFiles, chunks: status.chunks, bytes: status.bytesOnDisk };
}

async function startUnchanged(folder: string, indexDir: string): Promise<Opened> {
  const opened = await indexAnew(folder, indexDir);
  await opened.client.stop();
  return opened;
}

/** Rows found. */
async function ask(client: EngineClient, query: string): Promise<number> {
  const { hits } = await client.request(Search, { query, mode: 'hybrid', limit: 20, rows: 'symbol', filters: {} });
  return hits.length;
}

/** Saves one file with a function of a new name and waits until a search finds it. */
async function save(client: EngineClient, folder: string, round: number): Promise<void> {
  const name = `savedFunctionNumber${round}`;
  writeFileSync(join(folder, 'saved.ts'), `/** Saved. */\nexport function ${name}() {\n  return ${round};\n}\n`);
  await client.request(FilesChanged, { folder, paths: ['saved.ts'] });
  for (;;) {
    const { hits } = await client.request(Search, { query: name, mode: 'hybrid', limit: 3, rows: 'symbol', filters: {} });
    if (hits[0]?.symbol === name) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function percentiles(rounds: number, work: (round: number) => Promise<unknown>): Promise<string> {
  await work(rounds);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await work(round);
    times.push(performance.now() - startedAt);
  }
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0)} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}`;
}

/** Bytes that the process had in memory at its largest; 0 where the system does not say. */
function peakMemory(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    // No /proc on this system.
    return 0;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function rate(count: number, ms: number): string {
  return Math.round((count / ms) * 1000).toLocaleString('en');
}

function row(what: string, value: string): void {
  console.log(`  ${what.padEnd(32)} ${value}`);
}
