import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../src/client/compareModels.ts';
import { compareRuns, comparisonText, jaccard, type ModelRun } from '../../src/core/compare.ts';
import { readQuestions } from '../../src/core/comparedQuestions.ts';
import type { Answer } from '../../src/core/scoring.ts';
import { CATALOGUE } from '../../src/models/catalogue.ts';

const place = (name: string): Answer => ({ path: `${name}.ts`, symbol: name, names: [], startLine: 1, endLine: 2 });
const places = (names: string): readonly Answer[] =>
  names
    .split(' ')
    .filter((name) => name !== '')
    .map(place);

describe('agreement', () => {
  test.each([
    ['a b c d e', 'a b c d e', 1],
    ['a b c d e', 'e d c b a', 1],
    ['a b c d e f', 'a b c d e g', 1],
    ['a b c', 'd e f', 0],
    ['a b c d', 'a b e f', 1 / 3],
    ['', '', 1],
    ['a', '', 0],
  ])('of "%s" and "%s" is %d', (one, other, expected) => expect(jaccard(places(one), places(other))).toBeCloseTo(expected));

  test('is the same both ways, between 0 and 1, and 1 with itself', () => {
    const list = fc.array(fc.constantFrom(...'abcdefgh')).map((all) => all.map(place));
    fc.assert(
      fc.property(list, list, (one, other) => {
        const value = jaccard(one, other);
        expect(value).toBe(jaccard(other, one));
        expect(value >= 0 && value <= 1).toBe(true);
        expect(jaccard(one, one)).toBe(1);
      }),
    );
  });
});

describe('a comparison', () => {
  const questions = [
    { query: 'first question', targets: [{ path: 'a.ts' }] },
    { query: 'second | question', targets: [] },
  ];
  const run = (name: string, first: string, second: string, note = ''): ModelRun => ({
    name,
    answers: [places(first), places(second)],
    ms: [10, 30],
    note,
  });
  const comparison = compareRuns(questions, [run('one', 'a b', 'c d'), run('other', 'b a', 'e f', '1 of 2 questions: slow')]);

  test('has every pair with average, least and most, and scores where answers are known', () => {
    expect(comparison).toMatchObject({
      questions: 2,
      gold: 1,
      pairs: [{ one: 'one', other: 'other', average: 0.5, least: 0, most: 1, farthest: 'second | question' }],
    });
    expect(comparison.models.map(({ scores }) => scores?.mrr10)).toEqual([1, 0.5]);
    expect(comparison.models.map(({ scores }) => scores?.recall5)).toEqual([1, 1]);
  });

  test('without known answers has no scores', () => {
    const plain = compareRuns(questions.slice(1), [{ ...run('one', 'a', ''), answers: [places('a')] }]);
    expect(plain).toMatchObject({ gold: 0, models: [{ scores: null }], pairs: [] });
    expect(comparisonText(plain)).not.toContain('NDCG');
  });

  test('reads as tables', () => {
    expect(comparisonText(comparison)).toBe(
      [
        '# Comparison of models',
        '2 questions, 1 of them with known answers.',
        [
          '| model | NDCG@10 | MRR@10 | recall@5 | recall@10 | recall@50 | median |',
          '|-------|---------|--------|----------|-----------|-----------|--------|',
          '| one   | 1.000   | 1.000  | 1.000    | 1.000     | 1.000     | 30 ms  |',
          '| other | 0.631   | 0.500  | 1.000    | 1.000     | 1.000     | 30 ms  |',
        ].join('\n'),
        'Jaccard of the first five places:',
        [
          '| one | other | average | least | most  |',
          '|-----|-------|---------|-------|-------|',
          '| one | other | 0.500   | 0.000 | 1.000 |',
        ].join('\n'),
        'Questions on which they agree least:',
        '- one and other: second | question',
        'Notes:',
        '- other: 1 of 2 questions: slow',
      ].join('\n\n'),
    );
  });
});

describe('questions of a file', () => {
  const read = (text: string, gold?: string) =>
    readQuestions({ name: 'q', text }, gold === undefined ? undefined : { name: 'g', text: gold });

  test('are plain lines or JSON, with the places that are known', () => {
    expect(
      read(
        'where is a\r\n\n{"query": "b", "relevant": [{"path": "b.ts", "symbol": "b"}], "secondary": [{"path": "c.ts", "start_line": 1, "end_line": 2}]}',
      ),
    ).toEqual([
      { query: 'where is a', targets: [] },
      {
        query: 'b',
        targets: [
          { path: 'b.ts', symbol: 'b' },
          { path: 'c.ts', startLine: 1, endLine: 2 },
        ],
      },
    ]);
  });

  test('take their places from a second file, by id or by words', () => {
    const gold = '{"id": 1, "relevant": [{"path": "a.ts"}]}\n{"query": "b", "relevant": [{"path": "b.ts"}]}';
    expect(read('{"id": 1, "query": "a"}\nb\nc', gold).map(({ targets }) => targets.map(({ path }) => path))).toEqual([
      ['a.ts'],
      ['b.ts'],
      [],
    ]);
  });

  test.each([
    ['', undefined, /^q holds no question\.$/],
    ['{"a": 1}', undefined, /^Line 1 of q is not a JSON object/],
    ['a\n{"query": ', undefined, /^Line 2 of q is not a JSON object/],
    ['{"query": "a", "relevant": ["a.ts"]}', undefined, /^Line 1 of q names a place without a "path"\.$/],
    ['a', '{"query": "b", "relevant": []}', /^g has no question of q\.$/],
  ])('%j is refused with a sentence', (text, gold, expected) => expect(() => read(text, gold)).toThrow(expected));
});

describe('a model to compare', () => {
  const catalogue = CATALOGUE.map((entry) => ({ entry }));
  test.each([
    ['bundled', { embedder: { kind: 'model', id: 'bundled' } }],
    ['keyword', { embedder: { kind: 'keyword' } }],
    ['nomic-ai/CodeRankEmbed', { embedder: { kind: 'model', id: 'nomic-ai/CodeRankEmbed' } }],
    ['nomic-ai/CodeRankLLM', { embedder: { kind: 'current' }, rerank: { model: 'nomic-ai/CodeRankLLM' } }],
    ['vscode.lm:big', { embedder: { kind: 'current' }, rerank: { model: 'vscode.lm:big' } }],
    ['bundled+BAAI/bge-reranker-base', { embedder: { kind: 'model', id: 'bundled' }, rerank: { model: 'BAAI/bge-reranker-base' } }],
    ['ollama:m@http://h:1', { embedder: { kind: 'endpoint', choice: { api: 'ollama', model: 'm', url: 'http://h:1' } } }],
    [
      'ollama:m@http://h:1+nomic-ai/CodeRankLLM',
      {
        embedder: { kind: 'endpoint', choice: { api: 'ollama', model: 'm', url: 'http://h:1' } },
        rerank: { model: 'nomic-ai/CodeRankLLM' },
      },
    ],
  ])('%s', (text, expected) => expect(readModel(text, catalogue)).toEqual({ name: text, ...expected }));

  test.each(['', 'nonsense', 'endpoint', 'bundled+bundled', 'nomic-ai/CodeRankLLM+bundled'])('%j is refused with what there is', (text) =>
    expect(() => readModel(text, catalogue)).toThrow(/^There is no model .*; there is keyword, bundled, nomic-ai\/CodeRankEmbed/),
  );
});
