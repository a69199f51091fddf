import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifierParts, questionTokens, searchTokens } from '../../src/core/identifiers.ts';
import { forEachSubtoken } from '../../src/core/subtokens.ts';

describe('identifierParts', () => {
  it.each([
    ['retryUpload', 'retry upload'],
    ['parse_HTTPRequest2', 'parse http request 2'],
    ['HTTPServer', 'http server'],
    ['parseURLs', 'parse urls'],
    ['MAX_SIZE', 'max size'],
    ['_private', 'private'],
    ['$scope', 'scope'],
    ['sha256sum', 'sha 256 sum'],
    ['größeÄndern', 'größe ändern'],
    ['ÜberGang', 'über gang'],
    ['__', ''],
  ])('%s', (identifier, expected) => {
    expect(identifierParts(identifier).join(' ')).toBe(expected);
  });

  it('splits as the embedder does, which only adds joined forms and folds long numbers', () => {
    const characters = fc.constantFrom(...'abcsABCS019_$');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 40 }), (identifier) => {
        const tokens: string[] = [];
        forEachSubtoken(identifier, 1000, (token) => tokens.push(token));
        const plain = tokens.filter((token) => !/^[a-z]+\d+$/.test(token));
        expect(identifierParts(identifier).map((part) => (/^\d{5,}$/.test(part) ? '0' : part))).toEqual(plain);
      }),
    );
  });
});

describe('searchTokens', () => {
  it.each([
    ['retryUpload', '=retryupload retri upload'],
    ['retry_upload', '=retryupload retri upload'],
    ['where are failed uploads retried', 'fail upload retri'],
    ['getUser()', '=getuser user'],
    ['error 10061', 'error 10061'],
    ['a b c', ''],
    ['x = 1;', '1'],
    ['naïve café', 'naïv café'],
    ['検索する', '検索 索す する'],
    ['', ''],
    ['!!! ---', ''],
  ])('%s', (text, expected) => {
    expect(searchTokens(text).join(' ')).toBe(expected);
  });

  it('leaves data out', () => {
    expect(searchTokens(`key ${'aB3'.repeat(40)} end`)).toEqual(['kei', 'end']);
  });

  it('gives no token with a space and the same tokens every time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const tokens = searchTokens(text);
        expect(tokens.every((token) => token !== '' && !/\s/.test(token))).toBe(true);
        expect(searchTokens(text)).toEqual(tokens);
      }),
    );
  });

  it('finds every word of a text with a question of that word', () => {
    const text = 'function retryUpload(max_attempts: number) { return backoff(max_attempts); }';
    const tokens = new Set(searchTokens(text));
    for (const word of ['retry', 'uploads', 'retryUpload', 'attempts', 'maxAttempts', 'backoff']) {
      expect(questionTokens(word).every((token) => tokens.has(token))).toBe(true);
    }
  });
});

it('questionTokens gives each token once', () => {
  expect(questionTokens('retry the retry of retries')).toEqual(['retri']);
});
