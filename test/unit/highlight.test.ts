import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestLine, matchedWords, tokensShared } from '../../src/core/highlight.ts';

const TEXT = ['/** Sends a file. */', 'function retryUpload(file) {', '  return send(file, uploads.max_retries);', '}'].join('\n');

describe('matchedWords', () => {
  it.each([
    ['retry uploads', 'retry Upload uploads retries'],
    ['retryUpload', 'retryUpload uploads retries'],
    ['sending files', 'Sends file send'],
    ['the of a', ''],
    ['nothing here', ''],
  ])('%s', (question, expected) => {
    expect(matchedWords(TEXT, tokensShared(question)).join(' ')).toBe(expected);
  });

  it('gives only words that stand in the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, question) => {
        for (const word of matchedWords(text, tokensShared(`${question} ${text}`))) expect(text).toContain(word);
      }),
    );
  });
});

describe('bestLine', () => {
  it.each([
    ['max retries of uploads', 12],
    ['retry upload', 11],
    ['send', 10],
    ['nothing', 10],
  ])('%s', (question, expected) => {
    expect(bestLine(TEXT, 10, tokensShared(question))).toBe(expected);
  });
});
