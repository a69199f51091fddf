import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { batchJournalOf, readSuspects } from '../../src/engine/suspects.ts';

const FILES = ['a.ts', 'b.ts', 'c.ts'].map((path) => ({ path, size: 10, mtimeMs: 1 }));
/** The number of no process. */
const GONE = 4_194_305;

/** What follows when a process had these files in work, and `crashedPid` ended by itself. */
async function after(indexDir: string, paths: readonly string[], crashedPid: number | undefined, pid = GONE) {
  await writeFile(batchJournalOf(indexDir), JSON.stringify({ pid, paths }));
  const { last, alone, quarantined, cleared } = await readSuspects(indexDir, FILES, crashedPid);
  return { last: [...last], alone: [...alone], quarantined: quarantined.map(({ path }) => path), cleared };
}

test('of files that were in work together each is tried alone, then written alone, and the one that stays is left out', async () => {
  const indexDir = await mkdtemp(join(tmpdir(), 'quarry-'));
  expect(await after(indexDir, ['a.ts', 'b.ts', 'c.ts'], GONE)).toMatchObject({
    last: ['a.ts', 'b.ts', 'c.ts'],
    alone: [],
    quarantined: [],
  });
  const second = await after(indexDir, ['b.ts', 'c.ts'], GONE);
  expect(second).toMatchObject({ last: ['a.ts', 'b.ts', 'c.ts'], alone: ['b.ts', 'c.ts'], quarantined: [] });
  await second.cleared(['a.ts', 'b.ts']);
  expect(await after(indexDir, ['c.ts'], GONE)).toMatchObject({ last: [], alone: [], quarantined: ['c.ts'] });
  expect(existsSync(batchJournalOf(indexDir))).toBe(false);
});

test('a process that was killed from outside says nothing about what it had in work', async () => {
  const indexDir = await mkdtemp(join(tmpdir(), 'quarry-'));
  for (const crashed of [undefined, GONE + 1]) {
    expect(await after(indexDir, ['a.ts'], crashed)).toMatchObject({ last: [], quarantined: [] });
    expect(existsSync(batchJournalOf(indexDir))).toBe(false);
  }
});

test('what this very process has in work is no death', async () => {
  const indexDir = await mkdtemp(join(tmpdir(), 'quarry-'));
  expect(await after(indexDir, ['a.ts'], GONE, process.pid)).toMatchObject({ last: [], quarantined: [] });
  expect(existsSync(batchJournalOf(indexDir))).toBe(true);
});
