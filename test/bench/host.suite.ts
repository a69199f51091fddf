import * as vscode from 'vscode';
import { eventually, pressEscape, quarry, type } from '../host/helpers.ts';
import { watchLoop } from './loop.ts';

/** Runs in the extension host: see host.bench.ts. */

const MODEL = 'nomic-ai/CodeRankEmbed';
const IDLE_MS = 8000;
/** Busy for at least so long, and until so many answers were reranked; at most as long as the last. */
const BUSY_MS = 25_000;
const RERANKED = 12;
const LONGEST_MS = 240_000;
const QUESTIONS = [
  'where is a file read',
  'parse a version',
  'sort a list of numbers',
  'what happens when a request fails',
  'write json',
  'glob',
];

/** Called by VS Code; prints a table. */
export async function run(): Promise<void> {
  console.log('%s%s', '', 'The event loop of the extension host: what a timer comes too late');
  const api = await quarry();
  const settings = vscode.workspace.getConfiguration('quarry');
  const set = (name: string, value: unknown) => settings.update(name, value, vscode.ConfigurationTarget.Global);
  const before = await watchLoop(atLeast(IDLE_MS));
  await set('rerank.enabled', true);
  await set('embedding.model', 'auto');
  await eventually('the model', () => api.status()[0]?.embedder.id === MODEL || undefined);
  let questions = 0;
  let reranked = 0;
  let isOver = false;
  const asking = (async () => {
    await vscode.commands.executeCommand('quarry.search', '');
    const pick = await eventually('the quick pick', () => api.quickPick);
    while (!isOver) {
      await type(pick, `${QUESTIONS[questions % QUESTIONS.length]} ${questions}`);
      questions++;
      if (pick.rows().some((row) => row.row === 'hit' && row.hit.reranked !== undefined)) reranked++;
    }
    await pressEscape();
  })();
  const busy = await watchLoop(atLeast(BUSY_MS, () => reranked >= RERANKED));
  const { filesDone, filesTotal, building } = api.status()[0] ?? {};
  isOver = true;
  await asking;
  await vscode.commands.executeCommand('quarry.pause');
  const after = await watchLoop(atLeast(IDLE_MS));
  const share = building === undefined ? `${filesDone} of ${filesTotal} files` : `${Math.round(building.coverage * 100)} % of the files`;
  console.log(`${questions} questions, ${reranked} of them reranked, while ${share} were embedded with ${MODEL}`);
  for (const [what, { p50, p99, most, own }] of [
    ['idle before', before],
    ['indexing and reranking', busy],
    ['idle after', after],
  ] as const) {
    const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(9);
    console.log(`${what.padEnd(24)} p50 ${ms(p50)}  p99 ${ms(p99)}  most ${ms(most)}  p99 without other processes ${ms(own)}`);
  }
  const rise = busy.own - Math.max(before.own, after.own);
  console.log(`p99 above idle, without other processes: ${rise.toFixed(1)} ms (allowed: 10 ms)`);
}

/** Settles after so long, or later when there is enough. */
async function atLeast(ms: number, isEnough = () => true): Promise<void> {
  const startedAt = Date.now();
  const since = (): number => Date.now() - startedAt;
  while (since() < ms || (!isEnough() && since() < LONGEST_MS)) await new Promise((resolve) => setTimeout(resolve, 500));
}
