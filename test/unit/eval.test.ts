import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusFolder, withoutDocs } from '../../src/cli/eval/corpus.ts';
import { reportText } from '../../src/cli/eval/report.ts';
import { type Answer, bootstrapInterval, scoreAnswers } from '../../src/cli/eval/score.ts';
import { loadSets } from '../../src/cli/eval/sets.ts';
import type { ScoredQuestion, Target } from '../../src/cli/eval/types.ts';

/** `path symbol first-last`, the last two optional. */
function answer(line: string): Answer {
  const [path = '', symbol = '', lines = '1-10'] = line.split(' ');
  const [startLine = 1, endLine = 1] = lines.split('-').map(Number);
  return { path, symbol, names: ['member'], startLine, endLine };
}

// Places count 1, 1 / log2(3) = .63093, 1 / log2(4) = .5, 1 / log2(5) = .43068, ...; a perfect answer to two targets is 1.63093.
describe('scoreAnswers', () => {
  it.each<[string, string[], Target[], number[]]>([
    ['the only target first', ['a.ts', 'b.ts'], [{ path: 'a.ts' }], [1, 1, 1, 1, 1]],
    ['second', ['b.ts', 'a.ts'], [{ path: 'a.ts' }], [0.63093, 0.5, 0, 1, 1]],
    ['sixth', ['b', 'c', 'd', 'e', 'f', 'a.ts'], [{ path: 'a.ts' }], [0.35621, 0.16667, 0, 0, 1]],
    ['not at all', ['b.ts'], [{ path: 'a.ts' }], [0, 0, 0, 0, 0]],
    ['two targets, first and third', ['a.ts', 'x.ts', 'b.ts'], [{ path: 'a.ts' }, { path: 'b.ts' }], [0.91972, 1, 1, 1, 1]],
    ['one of two targets', ['a.ts'], [{ path: 'a.ts' }, { path: 'b.ts' }], [0.61315, 1, 1, 0.5, 0.5]],
    ['a second chunk of a file earns nothing and keeps its place', ['a.ts', 'a.ts', 'b.ts'], [{ path: 'b.ts' }], [0.5, 0.33333, 0, 1, 1]],
    [
      'two targets at one place count once',
      ['a.ts f 1-20'],
      [
        { path: 'a.ts', startLine: 2, endLine: 3 },
        { path: 'a.ts', startLine: 9, endLine: 12 },
      ],
      [0.61315, 1, 1, 1, 1],
    ],
    ['lines that only touch', ['a.ts f 1-10'], [{ path: 'a.ts', startLine: 10, endLine: 30 }], [1, 1, 1, 1, 1]],
    ['lines beside it', ['a.ts f 1-10'], [{ path: 'a.ts', startLine: 11, endLine: 30 }], [0, 0, 0, 0, 0]],
    ['a path that ends with the target', ['src/a.ts'], [{ path: 'a.ts' }], [1, 1, 1, 1, 1]],
    ['a name that only ends alike', ['src/aa.ts'], [{ path: 'a.ts' }], [0, 0, 0, 0, 0]],
    ['another function of the file', ['a.ts f'], [{ path: 'a.ts', symbol: 'g' }], [0, 0, 0, 0, 0]],
    ['a small class answers for its members', ['a.ts Queue'], [{ path: 'a.ts', symbol: 'Queue.member' }], [1, 1, 1, 1, 1]],
    ['and not for others', ['a.ts Queue'], [{ path: 'a.ts', symbol: 'Queue.other' }], [0, 0, 0, 0, 0]],
  ])('%s', (_what, lines, targets, [ndcg10, mrr10, success1, recall5, recall10]) => {
    const scores = scoreAnswers(lines.map(answer), targets);
    const rounded = Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, Number(value.toFixed(5))]));
    expect(rounded).toMatchObject({ ndcg10, mrr10, success1, recall5, recall10 });
  });

  it('looks at ten places for NDCG and at fifty for recall@50', () => {
    const late = [...Array.from({ length: 10 }, (_, at) => `x${at}`), 'a.ts'].map(answer);
    expect(scoreAnswers(late, [{ path: 'a.ts' }])).toMatchObject({ ndcg10: 0, mrr10: 0, recall10: 0, recall50: 1 });
  });
});

describe('bootstrapInterval', () => {
  it('is a point for equal differences, and the same every time', () => {
    expect(bootstrapInterval([0.25, 0.25, 0.25])).toEqual({ low: 0.25, high: 0.25 });
    expect(bootstrapInterval([0, 1, 0, 1, 1])).toEqual(bootstrapInterval([0, 1, 0, 1, 1]));
  });

  it('holds the mean between its ends', () => {
    const { low, high } = bootstrapInterval([-0.2, 0.1, 0.3, 0, 0.2, -0.1]);
    expect(low).toBeLessThan(0.05);
    expect(high).toBeGreaterThan(0.05);
  });
});

describe('the report', () => {
  const question = (set: string, query: string, ndcg10: number): ScoredQuestion => {
    const scores = { ndcg10, mrr10: 0, success1: 0, recall5: 0, recall10: 0, recall50: 0 };
    return { set, group: 'files', language: 'ts', category: 'symbol', query, ms: 1, ...scores };
  };
  const run = (questions: ScoredQuestion[]) => ({ mode: 'hybrid', without: [], questions });

  it('averages sets, so that a large one does not outweigh a small one', () => {
    const text = reportText(
      run([question('big', 'a', 0), question('big', 'b', 0), question('big', 'c', 0), question('small', 'd', 1)]),
      undefined,
    );
    expect(text).toMatch(/^files +4 +0\.500/m);
    expect(text).toMatch(/^ts +4 +0\.250/m);
  });

  it('compares question by question with an earlier run', () => {
    const text = reportText(
      run([question('one', 'a', 1), question('one', 'b', 0.5)]),
      run([question('one', 'a', 0.5), question('one', 'x', 0)]),
    );
    expect(text).toMatch(/files +\+0\.500 +\[\+0\.500, \+0\.500\] +over 1 questions/);
  });
});

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'quarry-eval-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('sets', () => {
  it('are found by the names of their files', () => {
    const root = folder({
      'tool.commits.clean.jsonl': '{"query": "fix it", "relevant": [{"path": "a.py", "symbol": "f"}]}\n',
      'files/repos.json': '{"one": {"benchmark_root": "src", "lang": "go"}}',
      'files/queries.jsonl':
        '{"repo": "one", "query": "q", "category": "symbol", "relevant": [{"path": "a.go"}], "secondary": [{"path": "b.go", "start_line": 1, "end_line": 2}]}\n',
      'docs/corpus.json': '[{"id": 7, "full": "def f(): pass"}]',
      'docs/dev.jsonl': '{"query": "d", "relevant": [7]}\n\n',
      'notes.md': 'nothing',
    });
    const sets = loadSets(root).map(({ name, group, rows, questions }) => ({ name, group, rows, targets: questions[0]?.targets }));
    expect(sets).toEqual([
      { name: 'docs', group: 'documents', rows: 'symbol', targets: [{ path: 'f7.py' }] },
      { name: 'one', group: 'files', rows: 'file', targets: [{ path: 'a.go' }, { path: 'b.go', startLine: 1, endLine: 2 }] },
      { name: 'tool.commits', group: 'commits', rows: 'symbol', targets: [{ path: 'a.py', symbol: 'f' }] },
    ]);
  });

  it('are refused in one sentence when there are none', () => {
    expect(() => loadSets('/no/such/folder')).toThrow('There is no evaluation set at /no/such/folder.');
    expect(() => loadSets(folder({ 'a.txt': '' }))).toThrow('No evaluation set was found');
  });
});

describe('corpora', () => {
  it('without doc comments keep every line in its place', () => {
    expect(withoutDocs('def f():\n  """Says\n  what."""\n  x = """kept"""\n', 'python')).toBe('def f():\n  pass\n\n  x = """kept"""\n');
    expect(withoutDocs('/**\n * Says.\n */\nf(); // kept\n/* kept */', 'script')).toBe('\n\n\nf(); // kept\n/* kept */');
  });

  it('are copied once for sets without doc comments, and the checkout stays as it is', () => {
    const checkouts = folder({ 'tool/a.py': 'def f():\n  """Doc."""\n  return 1\n' });
    const cache = join(checkouts, 'cache');
    const corpus = { kind: 'folder', checkout: 'tool', root: '', include: [], exclude: [], withoutDocs: true } as const;
    const copy = corpusFolder(corpus, checkouts, cache);
    expect(readFileSync(join(copy?.folder ?? '', 'a.py'), 'utf8')).toBe('def f():\n  pass\n  return 1\n');
    expect(readFileSync(join(checkouts, 'tool/a.py'), 'utf8')).toContain('Doc.');
    expect(corpusFolder(corpus, checkouts, cache)).toEqual(copy);
    expect(corpusFolder({ ...corpus, checkout: 'absent' }, checkouts, cache)).toBeUndefined();
  });
});
