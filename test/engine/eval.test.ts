import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvalRun } from '../../src/cli/eval/types.ts';
import { makeFolder, type Outcome, quarry } from './cli.ts';

const lines = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
/** The definition, then a caller: `parse_date` has a certain first and a certain second place. */
const PROJECT = {
  'checkouts/tool/dates.py': 'def parse_date(text):\n    """Reads a day from a text."""\n    return text.split("-")\n',
  'checkouts/tool/mail.py': 'def send_mail(text):\n    day = parse_date(text)\n    return deliver(day)\n',
  'sets/tool.commits.clean.jsonl': lines(
    { query: 'parse_date', relevant: [{ path: 'dates.py', symbol: 'parse_date' }] },
    { query: 'parse_date', relevant: [{ path: 'mail.py', symbol: 'send_mail' }] },
    { query: 'send_mail', relevant: [{ path: 'gone.py', symbol: 'send_mail' }] },
  ),
  'sets/absent.commits.jsonl': lines({ query: 'x', relevant: [{ path: 'a.py', symbol: 'x' }] }),
};

describe('quarry eval', () => {
  let root = '';
  let saved = '';
  let first: Outcome;
  const evaluate = (...more: readonly string[]) => {
    const [set, repositories, index] = [join(root, 'sets'), join(root, 'checkouts'), join(root, 'index')];
    return quarry(['eval', '--set', set, '--repo-dir', repositories, '--index-dir', index, ...more]);
  };

  beforeAll(async () => {
    root = (await makeFolder(PROJECT)).folder;
    saved = join(root, 'run.json');
    first = await evaluate('--save', saved, '--mode', 'keyword');
  });

  // By hand: places 1, 2 and none give NDCG 1, 1 / log2(3) and 0, reciprocal ranks 1, 1/2 and 0.
  it('scores as by hand, keeps the run, and says which set has no work tree', async () => {
    const { code, stderr } = first;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `absent.commits is left out: there is no work tree of it in ${join(root, 'checkouts')}.\n`,
    });
    const run = JSON.parse(await readFile(saved, 'utf8')) as EvalRun;
    expect(run.questions.map(({ ndcg10, mrr10, recall5 }) => [Number(ndcg10.toFixed(4)), mrr10, recall5])).toEqual([
      [1, 1, 1],
      [0.6309, 0.5, 1],
      [0, 0, 0],
    ]);
  });

  it('prints means and the difference to a kept run', async () => {
    const { stdout } = await evaluate('--against', saved, '--mode', 'keyword');
    expect(stdout).toMatch(/tool\.commits +3 +0\.544 +0\.500 +0\.333 +0\.667 +0\.667 +0\.667/);
    expect(stdout).toContain('+0.000  [+0.000, +0.000]  over 3 questions');
  });

  it('leaves out a ranking stage on demand', async () => {
    const { code, stdout } = await evaluate('--without', 'definition', '--mode', 'keyword', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as EvalRun).without).toEqual(['definition']);
  });

  it.each([
    ['a folder without sets', () => ['--set', join(root, 'checkouts')], /No evaluation set/],
    ['a run that is none', () => ['--against', join(root, 'checkouts/tool/mail.py')], /is not a run/],
  ] as const)('%s is one clear sentence', async (_what, more, says) => {
    const { code, stderr } = await evaluate(...more());
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });
});
