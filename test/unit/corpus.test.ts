import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openCorpus } from '../../src/engine/corpus.ts';
import type { ChunkRow, FileUpdate, IndexStore } from '../../src/store/types.ts';

/** An index without rows. */
const EMPTY = { scanChunks: () => Promise.resolve(), scanFiles: () => Promise.resolve() } as unknown as IndexStore;

function updateOf(at: number): FileUpdate {
  const tokens = Array.from({ length: 400 }, (_, word) => `word${(at * 7 + word) % 5000}`).join(' ');
  const row = { tokens, vector: null } as ChunkRow;
  const file = { path: `src/file${at}.ts`, state: 'indexed', vector: null, skeletonVector: null } as FileUpdate['file'];
  return { file, chunks: [row, row, row, row] };
}

it('counts each row of a large commit once, and others have their turn meanwhile', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'quarry-corpus-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const corpus = await openCorpus(join(dir, 'statistics.bin'), EMPTY, 0);
  let turns = 0;
  const other = setInterval(() => turns++, 0);
  onTestFinished(() => clearInterval(other));
  await corpus.add(Array.from({ length: 1000 }, (_, at) => updateOf(at)));
  expect(turns).toBeGreaterThan(0);
  const { chunks, files, averageChunkTokens, chunkFrequency } = corpus.current();
  expect({ chunks, files, averageChunkTokens }).toEqual({ chunks: 4000, files: 1000, averageChunkTokens: 400 });
  expect(chunkFrequency('word0')).toBe(
    4 * Array.from({ length: 1000 }, (_, at) => (at * 7) % 5000).filter((first) => first === 0 || first > 4600).length,
  );
});
