import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { IndexStore } from '../../src/store/types.ts';
import { storeIn, temporaryFolder } from './folder.ts';
import { randomFrom } from './rows.ts';

const KILLS = 8;

/** What a process acknowledged last of each path: `<hash> <chunks>`, or `gone`. */
type Acknowledged = Map<string, string>;

/** Lets a process commit, kills it with -9 some milliseconds after a commit, and takes down what it acknowledged. */
async function commitAndKill(dir: string, seed: number, commits: number, delay: number, acknowledged: Acknowledged): Promise<void> {
  const child = spawn(process.execPath, ['--no-warnings', fileURLToPath(new URL('./kill.child.ts', import.meta.url)), dir, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, state = '', path] = /^(gone|open|\S+ \d+)(?: (.*))?$/.exec(line) ?? [];
    if (path !== undefined) acknowledged.set(path, state);
    if (state === 'gone' || state === 'open') seen++;
    if (seen === commits && state !== 'open') setTimeout(() => child.kill('SIGKILL'), delay);
  }
  expect((await exited)[1]).toBe('SIGKILL');
}

async function stateOf(store: IndexStore): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  for (const { path, hash, chunks } of await store.ledger()) {
    const rows = await store.chunksOfFile(path);
    // Whatever the ledger says is there: once, whole, and of one content.
    expect(rows.map((row) => row.id)).toEqual(Array.from({ length: chunks }, (_, ordinal) => `${path}#${hash}#${ordinal}`));
    state.set(path, `${hash} ${chunks}`);
  }
  return state;
}

test(`${KILLS} kills in the middle of commits lose nothing that was acknowledged, and double nothing`, { timeout: 120_000 }, async () => {
  const dir = temporaryFolder();
  const random = randomFrom(20_260_301);
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged: Acknowledged = new Map();
    await commitAndKill(dir, kill, 2 + Math.floor(random() * 7), Math.floor(random() * 60), acknowledged);
    const store = await storeIn(dir, { fingerprint: 'kill' });
    const { forgottenFiles } = await store.repair();
    const state = await stateOf(store);
    // At most the three files of the commit that was running may differ: newer than acknowledged, or to be indexed again.
    const differing = [...acknowledged].filter(([path, last]) => (state.get(path) ?? 'gone') !== last);
    expect(differing.length).toBeLessThanOrEqual(3);
    expect(forgottenFiles).toBeLessThanOrEqual(3);
    const total = (await store.searchChunksByText('function', 1000)).length;
    expect(total).toBe((await store.counts()).chunks);
    await store.close();
  }
});
