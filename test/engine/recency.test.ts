import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commitAll, repository, writeTree } from '../unit/filesTree.ts';
import { quarry } from './cli.ts';

const PARSE = 'export function parseDate(text: string) {\n  return new Date(text);\n}\n';

test('of two answers that are as good, the one committed last comes first, unless that is switched off', async () => {
  // More commits than are looked at lie between the two.
  const folder = repository({ 'a.ts': PARSE, 'b.ts': '', 'c.ts': 'c', 'd.ts': 'd', 'e.ts': 'e' });
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  commitAll(folder);
  for (let commit = 0; commit < 31; commit += 1) {
    writeTree(folder, { 'other.md': `${commit}` });
    commitAll(folder);
  }
  writeTree(folder, { 'b.ts': PARSE });
  commitAll(folder);
  const indexDir = join(folder, '.git', 'index-of-test');
  const first = async (...options: string[]): Promise<string> => {
    const { stdout } = await quarry(['search', folder, 'parse date', '--mode', 'keyword', '--json', '--index-dir', indexDir, ...options]);
    return (JSON.parse(stdout).results as readonly { readonly path: string }[])[0]?.path ?? '';
  };
  expect(await first()).toBe('b.ts');
  expect(await first('--without', 'recency')).toBe('a.ts');
});
