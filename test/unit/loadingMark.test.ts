import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clearLoadingMarks, forgetDeaths, markLoading } from '../../src/engine/loadingMark.ts';

/** What a process that died while it loaded a model leaves to the next one. */

const SOURCE = join(import.meta.dirname, '../../src/engine/loadingMark.ts');
const HOUR = 60 * 60_000;

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'quarry-mark-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'model');
}

/** A process that is killed in the middle, or that ends on purpose. */
function loadElsewhere(dir: string, end: 'killed' | 'closed'): void {
  const closing = end === 'closed' ? 'await clearLoadingMarks();' : '';
  const script = `const { markLoading, clearLoadingMarks } = await import(${JSON.stringify(SOURCE)});
    await markLoading(${JSON.stringify(dir)}); ${closing} process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
  expect(signal).toBe('SIGKILL');
}

test('deaths of engines and of processes are counted together, also after a model was loaded', async () => {
  const dir = await folder();
  loadElsewhere(dir, 'killed');
  const mark = await markLoading(dir);
  expect(mark.deaths).toBe(1);
  await mark.done();
  expect(await mark.died()).toBe(2);
  loadElsewhere(dir, 'killed');
  expect((await markLoading(dir)).deaths).toBe(3);
  await clearLoadingMarks();
});

test('a model that is installed anew starts without them', async () => {
  const dir = await folder();
  loadElsewhere(dir, 'killed');
  expect((await markLoading(dir)).deaths).toBe(1);
  await clearLoadingMarks();
  await forgetDeaths(dir);
  expect((await markLoading(dir)).deaths).toBe(0);
  await clearLoadingMarks();
});

test('a process that ends on purpose is no death, nor is one that still loads', async () => {
  const dir = await folder();
  loadElsewhere(dir, 'closed');
  const first = await markLoading(dir);
  const second = await markLoading(dir);
  expect([first.deaths, second.deaths]).toEqual([0, 0]);
  await clearLoadingMarks();
});

test('a folder that cannot be used keeps no model from being loaded', async () => {
  const mark = await markLoading('/dev/null/model');
  expect(mark.deaths).toBe(0);
  await mark.done();
  // This process still counts its own.
  expect([await mark.died(), await mark.died()]).toEqual([1, 2]);
});

test('an old death is forgotten', async () => {
  const dir = await folder();
  loadElsewhere(dir, 'killed');
  expect((await markLoading(dir, Date.now())).deaths).toBe(1);
  await clearLoadingMarks();
  expect((await markLoading(dir, Date.now() + 2 * HOUR)).deaths).toBe(0);
  await clearLoadingMarks();
});
