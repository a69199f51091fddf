import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pairRows } from '../../src/models/pairRows.ts';
import { loadStaticEmbedder } from '../../src/models/staticEmbedder.ts';

function rowsOf(...words: string[]): ReadonlyMap<string, number> {
  return new Map(words.map((word, row) => [word, row]));
}

describe('pairRows', () => {
  it('knows the pairs of a vocabulary, in their order', () => {
    const pairRow = pairRows(rowsOf('name', 'file', 'file name', 'name name'));
    expect([pairRow(1, 0), pairRow(0, 0), pairRow(0, 1), pairRow(1, 1)]).toEqual([2, 3, -1, -1]);
  });

  it('finds each of many', () => {
    const words = Array.from({ length: 120 }, (_, index) => `w${index}`);
    const pairs = words.flatMap((before, index) => words.slice(index).map((word) => `${before} ${word}`));
    const rowOf = rowsOf(...words, ...pairs);
    const pairRow = pairRows(rowOf);
    for (const before of words)
      for (const word of words)
        expect(pairRow(rowOf.get(before) as number, rowOf.get(word) as number)).toBe(rowOf.get(`${before} ${word}`) ?? -1);
  });

  it('knows none where a text begins, in a vocabulary without pairs, or of a word that has no row', () => {
    expect(pairRows(rowsOf('file', 'name', 'file name'))(-1, 1)).toBe(-1);
    expect(pairRows(rowsOf('file', 'name'))(0, 1)).toBe(-1);
    expect(pairRows(rowsOf('file', 'file name'))(0, 1)).toBe(-1);
  });
});

describe('pairs in the bundled embedder', () => {
  const model = loadStaticEmbedder(readFileSync(fileURLToPath(new URL('../../media/models/bundled-384-int4.bin', import.meta.url))));

  it('tells `file name` from `name file`, in words and in identifiers', () => {
    expect(model.embed('file name')).not.toEqual(model.embed('name file'));
    expect(model.embed('fileName')).toEqual(model.embed('file name'));
    expect(model.embed('file_name')).toEqual(model.embed('file, name'));
  });
});
