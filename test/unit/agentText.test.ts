import { describe, expect, it } from 'vitest';
import { agentText } from '../../src/client/agentText.ts';
import type { SearchHit, SearchResponse } from '../../src/protocol/search.ts';

const NOT_RERANKED = { retrievalMs: 1, rerankMs: 0, reranker: '', device: '', candidates: 0, msEach: 0, fallback: '' };

function hit(text: string, change: Partial<SearchHit> = {}): SearchHit {
  const startLine = change.startLine ?? 10;
  return {
    folder: '/w',
    path: 'src/a.ts',
    startLine,
    endLine: startLine + text.split('\n').length - 1,
    symbol: 'retry',
    kind: 'function',
    language: 'typescript',
    score: 1,
    text,
    bestLine: startLine,
    matched: [],
    why: [],
    ...change,
  };
}

function answer(hits: readonly SearchHit[], change: Partial<SearchResponse> = {}): SearchResponse {
  return { hits, ms: 1, timings: {}, mode: 'hybrid', coverage: 1, notes: [], metrics: NOT_RERANKED, ...change };
}

const LONG = ['/**', ' * Says much.', ' * And more.', ' */', 'function retry() {', '  one();', '  two();', '  three();', '}'].join('\n');

describe('an answer for a language model', () => {
  it('names the place as an editor and find_similar_code take it, with the code', () => {
    expect(agentText(answer([hit('function retry() {}')]), 15)).toBe(
      '1. src/a.ts:10-10 retry (function)\n```typescript\nfunction retry() {}\n```',
    );
  });

  it.each([
    ['begins behind a long comment', 0, 'lines 14-16', 'function retry() {\n  one();\n  two();'],
    ['goes to the line that matches best', 7, 'lines 16-18', '  two();\n  three();\n}'],
  ])('%s where there is no room for all', (_what, best, says, code) => {
    expect(agentText(answer([hit(LONG, { bestLine: 10 + best })]), 3)).toContain(`\`\`\`typescript ${says}\n${code}\n\`\`\``);
  });

  it('shows places only when no lines are wanted', () => {
    expect(agentText(answer([hit('x'), hit('y', { startLine: 30, symbol: '' })]), 0)).toBe(
      '1. src/a.ts:10-10 retry (function)\n\n2. src/a.ts:30-30',
    );
  });

  it('code cannot end its fence', () => {
    expect(agentText(answer([hit('a\n````\nb', { language: 'markdown', kind: 'section' })]), 9)).toContain(
      '\n`````markdown\na\n````\nb\n`````',
    );
  });

  it('names cannot begin a row of their own', () => {
    const text = agentText(answer([hit('x', { path: 'a.ts\n2. src/evil.ts:1-1', symbol: 'f\u001b]0;g' })]), 0);
    expect(text).toBe('1. a.ts␊2. src/evil.ts:1-1:10-10 f␛]0;g (function)');
  });

  it('names the folder where there are several', () => {
    expect(agentText(answer([hit('x')]), 0, ({ folder }) => folder.slice(1))).toContain('1. w/src/a.ts:10-10');
  });

  it('says what may be missing, and what to do when there is nothing', () => {
    const text = agentText(answer([], { notes: ['"uplaods" stands nowhere here.', '42 % of the files are searchable so far.'] }), 9);
    expect(text).toContain('Nothing found.');
    expect(text).toContain('Note: "uplaods" stands nowhere here.');
    expect(text).toContain('Note: 42 % of the files');
  });
});
