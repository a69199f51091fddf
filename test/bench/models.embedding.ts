import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { EmbedTexts, OpenEmbedder } from '../../src/engine/workerProtocol.ts';
import { deviceChoices } from '../../src/inference/devices.ts';
import { type EmbedderSource, openEmbedder } from '../../src/inference/embedder.ts';
import { openSession } from '../../src/inference/session.ts';
import { toFeeds } from '../../src/inference/tensors.ts';
import { loadTokenizer } from '../../src/inference/tokenizer.ts';
import { embedderEntry, MAIN } from '../unit/inference.model.ts';
import { sourceFiles } from './corpus.ts';
import { comparedDelays, watchLoop } from './loop.ts';

const ROOT = join(import.meta.dirname, '../..');
const CHUNK_TOKENS = 256;
const QUESTION_TOKENS = 16;
const CHUNKS = 12;
const QUESTIONS = 40;
const ROUNDS = 3;
const SOURCES = 200;

export interface Measured {
  readonly what: string;
  readonly bare: string;
  readonly ours: string;
  readonly ratio: string;
  readonly allowed: string;
}

/** Rows of a table: the pipeline, a question, a question during indexing, the other threads' patience, memory. */
export async function measureEmbedding(model: string): Promise<readonly Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'quarry-bench-'));
  try {
    const texts = prepare(model, folder);
    const source: EmbedderSource = {
      entry: { ...embedderEntry(MAIN), maxTokens: CHUNK_TOKENS, queryPrefix: '' },
      folder,
      files: ['onnx/model_quantized.onnx', 'tokenizer.json'].map((path) => ({ path, bytes: 0, sha256: '', revision: null, pinned: false })),
      wish: 'cpu',
    };
    return [...(await measurePipeline(source, texts)), ...(await measureProcess(source, texts))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A folder with the model's graph and a tokenizer with as many entries as a real one, made of the words of this project's libraries:
 * the tokenizer of a tiny model splits code into letters, which costs less a token than real work.
 */
function prepare(model: string, folder: string): readonly string[] {
  for (const name of ['config.json', 'tokenizer_config.json']) cpSync(join(model, name), join(folder, name));
  symlinkSync(join(model, 'onnx'), join(folder, 'onnx'));
  const files: string[] = [];
  for (const { text } of sourceFiles(join(ROOT, 'node_modules'))) if (files.push(text) === SOURCES) break;
  const counts = new Map<string, number>();
  for (const word of files
    .join('\n')
    .toLowerCase()
    .match(/[a-z]{2,}/g) ?? [])
    counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
  const tokenizer = JSON.parse(readFileSync(join(model, 'tokenizer.json'), 'utf8'));
  const { vocab } = tokenizer.model as { readonly vocab: Record<string, number> };
  // Ids stay below the size of the graph's table: what a token means does not matter here.
  const size = Object.keys(vocab).length;
  const idOf = (at: number): number => 5 + (at % (size - 5));
  for (const [at, word] of words.slice(0, 15_000).entries()) {
    vocab[word] ??= idOf(at);
    vocab[`##${word}`] ??= idOf(at);
  }
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  const long = files.filter((text) => text.length > 8000);
  if (long.length === 0) throw new Error('no source to embed');
  return Array.from({ length: CHUNKS }, (_, at) => (long[at % long.length] ?? '').slice(at * 300, at * 300 + 3000));
}

/** The same texts through a bare `session.run` with ready inputs, and through tokenizer, pooling and checks. */
async function measurePipeline(source: EmbedderSource, texts: readonly string[]): Promise<readonly Measured[]> {
  const { entry, folder } = source;
  const choices = deviceChoices(entry, new Set(source.files.map(({ path }) => path)), 'cpu', process.platform);
  const session = await openSession({ folder, choices, threads: 1, prove: () => Promise.resolve() });
  const embedder = await openEmbedder(source);
  const tokenizer = await loadTokenizer(folder);
  const rows = texts.map((text) => tokenizer.encode(text, CHUNK_TOKENS));
  const tokens = rows.reduce((sum, { ids }) => sum + ids.length, 0);
  const question = questionOf(texts[0] ?? '', tokenizer);
  const bareChunks = async (): Promise<void> => {
    for (const row of rows) await session.run(toFeeds([row], session.inputs, 0), ['last_hidden_state']);
  };
  const ourChunks = async (): Promise<void> => {
    for (const text of texts) await embedder.embed([text], 'document');
  };
  const questionRow = tokenizer.encode(question, CHUNK_TOKENS);
  const chunks = await alternate(bareChunks, ourChunks, ROUNDS);
  const questions = await alternate(
    async () => void (await session.run(toFeeds([questionRow], session.inputs, 0), ['last_hidden_state'])),
    async () => void (await embedder.embed([question], 'query')),
    QUESTIONS,
  );
  await session.dispose();
  await embedder.dispose();
  const rate = (ms: number): string => `${Math.round((tokens / ms) * 1000)} tokens a CPU second`;
  return [
    {
      what: `${CHUNKS} chunks of ${CHUNK_TOKENS} tokens`,
      bare: rate(chunks.bare),
      ours: rate(chunks.ours),
      ratio: (chunks.ours / chunks.bare).toFixed(3),
      allowed: '1.10',
    },
    compared(`a question of ${questionRow.ids.length} tokens, CPU time p50`, questions.bare, questions.ours, '1.30'),
  ];
}

/** What others see of a process that embeds: questions beside indexing, a loop that must not stall, memory that comes back. */
async function measureProcess(source: EmbedderSource, texts: readonly string[]): Promise<readonly Measured[]> {
  const idle = await watchLoop(sleep(1000));
  const rss = (): number => process.memoryUsage.rss() / 1e6;
  const before = rss();
  const child = fork(join(ROOT, 'dist/embedProcess.mjs'), [], { execArgv: [], serialization: 'advanced' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  await connection.sendRequest(OpenEmbedder, source);
  const tokenizer = await loadTokenizer(source.folder);
  const question = questionOf(texts[0] ?? '', tokenizer);
  const ask = (): Promise<unknown> => connection.sendRequest(EmbedTexts, { texts: [question], side: 'query' });
  const chunk = async (): Promise<unknown> => connection.sendRequest(EmbedTexts, { texts: texts.slice(0, 1), side: 'document' });
  const time = workOf(child.pid ?? 0);
  const alone: Taken[] = [];
  const chunkTimes: Taken[] = [];
  for (let round = 0; round < QUESTIONS; round++) alone.push(await time(ask));
  for (let round = 0; round < QUESTIONS; round++) chunkTimes.push(await time(chunk));

  let indexing = true;
  const index = (async () => {
    while (indexing) await connection.sendRequest(EmbedTexts, { texts, side: 'document' });
  })();
  const during: Taken[] = [];
  const [busy] = await Promise.all([
    watchLoop(sleep(5000)),
    (async () => {
      for (let at = 0; at < QUESTIONS; at++) {
        // At odd moments of the chunk under way.
        await new Promise((resolve) => setTimeout(resolve, 20 + ((at * 37) % 100)));
        during.push(await time(ask));
      }
    })(),
  ]);
  indexing = false;
  await index;
  child.kill('SIGKILL');
  await ended;
  connection.dispose();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = rss();
  const of = (times: readonly Taken[], what: keyof Taken): readonly number[] => times.map((taken) => taken[what]);
  const both = (what: keyof Taken, reduce: (values: readonly number[]) => number): readonly [number, number] => [
    reduce(of(chunkTimes, what)) + reduce(of(alone, what)),
    reduce(of(during, what)),
  ];
  const most = (values: readonly number[]): number => Math.max(...values);
  return [
    compared('a question during indexing, p50 by the clock (bare: a chunk and a question)', ...both('clock', median), '1.00'),
    compared('the same in processor time of the process', ...both('work', median), '1.00'),
    compared('the slowest such question by the clock (bare: the slowest chunk and question)', ...both('clock', most), '1.00'),
    compared('the same in processor time of the process', ...both('work', most), '1.00'),
    {
      what: "the asking thread's event loop, delay p99 (bare: idle)",
      ...comparedDelays(idle, busy),
      allowed: '+10 ms',
    },
    {
      what: 'memory of the asking process after the model is gone (bare: before it came)',
      bare: `${before.toFixed(0)} MB`,
      ours: `${after.toFixed(0)} MB`,
      ratio: `${after < before ? '' : '+'}${(after - before).toFixed(0)} MB`,
      allowed: '+50 MB',
    },
  ];
}

interface Taken {
  readonly clock: number;
  /** Milliseconds that the processor worked meanwhile for the thread that computes; the clock where the system does not tell. */
  readonly work: number;
}

/** Times what another process does. On a machine with other work the clock says how busy that is, and processor time what is done here. */
function workOf(pid: number): (action: () => Promise<unknown>) => Promise<Taken> {
  const worked = (): number => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    } catch {
      return performance.now();
    }
  };
  return async (action) => {
    const [startedAt, before] = [performance.now(), worked()];
    await action();
    return { clock: performance.now() - startedAt, work: worked() - before };
  };
}

/** The beginning of a text that has 16 tokens with the special ones. */
function questionOf(text: string, tokenizer: Awaited<ReturnType<typeof loadTokenizer>>): string {
  const words = text.split(/\s+/);
  let question = '';
  for (const word of words) {
    const longer = `${question} ${word}`.trim();
    if (tokenizer.encode(longer, CHUNK_TOKENS).ids.length > QUESTION_TOKENS) break;
    question = longer;
  }
  return question;
}

/** Median milliseconds of processor time of both, run in turns: a busy machine must not decide which is the slower one. */
async function alternate(
  bare: () => Promise<void>,
  ours: () => Promise<void>,
  rounds: number,
): Promise<{ readonly bare: number; readonly ours: number }> {
  const times: { readonly bare: number[]; readonly ours: number[] } = { bare: [], ours: [] };
  for (let round = 0; round <= rounds; round++) {
    const one = { bare: await worked(bare), ours: await worked(ours) };
    // The first round warms up.
    if (round === 0) continue;
    times.bare.push(one.bare);
    times.ours.push(one.ours);
  }
  return { bare: median(times.bare), ours: median(times.ours) };
}

function compared(what: string, bare: number, ours: number, allowed: string): Measured {
  return { what, bare: `${bare.toFixed(1)} ms`, ours: `${ours.toFixed(1)} ms`, ratio: (ours / bare).toFixed(2), allowed };
}

/** Milliseconds that the processor works for this process meanwhile. */
async function worked(action: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
