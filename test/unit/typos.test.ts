import { describe, expect, it } from 'vitest';
import { asMeant, correctTypos, noteOf, type Vocabulary } from '../../src/core/query/typos.ts';

const COUNTS = new Map(
  Object.entries({ upload: 9, upgrad: 1, configur: 4, connect: 5, contract: 2, retri: 3, '=retryupload': 1, schema: 2, king: 3 }),
);
const vocabulary: Vocabulary = { words: () => COUNTS.keys(), chunkFrequency: (token) => COUNTS.get(token) ?? 0 };

describe('a word that stands nowhere becomes the nearest one that does', () => {
  it.each([
    ['two letters swapped', 'where is uplaod done', 'where is upload done'],
    ['a letter missing', 'shema of it', 'schema of it'],
    ['a letter too many', 'uploadd', 'upload'],
    ['a wrong letter', 'uplosd', 'upload'],
    ['two slips in a long word', 'cnofigurration', 'configur'],
    ['with its ending', 'configuraton file', 'configur file'],
    ['inside an identifier, whose capitals stay', 'retryUplaod()', 'retryUpload()'],
  ])('%s', (_what, typed, meant) => {
    expect(asMeant(typed, correctTypos(typed, vocabulary))).toBe(meant);
  });

  it.each([
    ['known words', 'uploads connect'],
    ['short words', 'upl shem'],
    ['words that are near to nothing', 'kubernetes cluster'],
    ['another first letter', 'xpload'],
    ['two slips in a short word', 'ukpaods'],
    ['words that a short one only begins like', 'klingon'],
    ['stop words', 'where should there'],
    ['words of other scripts', 'загрузка'],
    ['nothing', ''],
  ])('%s stay as they are', (_what, typed) => {
    expect(correctTypos(typed, vocabulary)).toEqual([]);
  });

  it('an ordinary word is meant as it is typed, though it stands nowhere', () => {
    expect(correctTypos('contrast connectt', vocabulary)).toHaveLength(2);
    expect(correctTypos('contrast connectt', vocabulary, () => new Set(['contrast']))).toEqual([{ word: 'connectt', meant: 'connect' }]);
  });
});

describe('a person is told of a correction', () => {
  it.each([
    ['with a word of the texts in place of its stem', 'rerty', ['const retryUpload = 1;'], 'words like "retry" were looked for'],
    [
      'with the nearest of several',
      'configuraton',
      ['configure(it)', 'CONFIGURATION, configured'],
      'words like "configuration" were looked for',
    ],
    ['with any when none is near', 'rerty', ['the retries of it'], 'words like "retries" were looked for'],
    ['without one when none stands there', 'rerty', ['upload(it)'], 'a word like it was looked for'],
  ])('%s', (_what, word, texts, says) => {
    const corrections = correctTypos(word, vocabulary);
    expect(corrections.map((one) => noteOf(one, texts))).toEqual([`"${word}" stands nowhere here; ${says}.`]);
  });
});
