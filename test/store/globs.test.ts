import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { globCondition, globMatcher } from '../../src/store/globs.ts';
import { loadNative } from '../../src/store/native.ts';

const NAMES = [
  'a',
  'b',
  'src',
  'a_b',
  'axb',
  'one.ts',
  'one.test.ts',
  '.ts',
  '.github',
  "it's",
  '100%',
  'x+y',
  '日本',
  'a b',
  'a-b',
  'a.b',
  '~',
  '#1',
  'c++',
  '@x',
  '$lib',
  'a!b',
];
const PATHS = [
  ...NAMES,
  ...NAMES.flatMap((one) => NAMES.map((two) => `${one}/${two}`)),
  ...NAMES.flatMap((one) => NAMES.map((two) => `src/${one}/${two}`)),
];
/** Pieces that SQL can say; whole `**` segments come from the list below. */
const segment = fc.oneof(
  fc.constantFrom(...NAMES, '**', '**', '*', '*.ts', '*.*', 'a?b', '?', '*_*', '*.test.*', '{a,b}', '*.{ts,py}', '{src,a_b}'),
  fc.constantFrom('*a*', '.*', "*'*", '*%', 'x+?', '@*', '$*', '?!b', 'c+*'),
);
const glob = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));

let dir = '';
let db: Connection;
let table: Table;

beforeAll(async () => {
  const { lancedb } = await loadNative();
  dir = mkdtempSync(join(tmpdir(), 'quarry-globs-'));
  db = await lancedb.connect(dir);
  table = await db.createTable(
    'paths',
    PATHS.map((path) => ({ path })),
  );
  await table.createIndex('path', { config: lancedb.Index.btree() });
});

afterAll(() => {
  table.close();
  db.close();
  rmSync(dir, { recursive: true, force: true });
});

test('the SQL of a glob finds exactly the paths that the glob matches', async () => {
  await fc.assert(
    fc.asyncProperty(glob, async (pattern) => {
      const condition = globCondition(pattern);
      if (condition === null) throw new Error(`${pattern} should be possible in SQL`);
      const found = (await table.query().where(condition).select(['path']).toArray()).map((row: { path: string }) => row.path);
      expect(found.sort(), condition).toEqual(PATHS.filter(globMatcher(pattern)).sort());
    }),
    { numRuns: 150 },
  );
});

test.each(['a[bc]', '!(a)', '@(a|b)', '{a..c}', '{a,{b,c}}', '{a', 'a\\*b', '***', 'a**', './a', 'a//b', 'a/', '../a', ''])(
  '%s is left to the matcher',
  (pattern) => {
    expect(globCondition(pattern)).toBeNull();
  },
);
