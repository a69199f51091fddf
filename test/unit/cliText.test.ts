import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { toText } from '../../src/cli/format.ts';
import { codeAt } from '../../src/cli/similar.ts';
import type { SearchResponse } from '../../src/protocol/search.ts';
import { temporaryFolder } from './filesTree.ts';
import { hitAt } from './panelHits.ts';

const METRICS = { retrievalMs: 1, rerankMs: 0, reranker: '', device: '', candidates: 0, msEach: 0, fallback: '' };

it('what files hold and are called gives a terminal no orders', () => {
  const evil = 'x\u001b]52;c;ZXZpbA==\u0007\u009b2J\u007f';
  const hits = [hitAt('a.ts:1', { path: `${evil}.ts`, symbol: evil, text: `\t${evil}\r\nnext`, why: [] })];
  const response: SearchResponse = { hits, ms: 1, timings: {}, mode: 'hybrid', coverage: 1, notes: [evil], metrics: METRICS };
  const plain = toText(response, { explain: true, colour: false });
  expect(plain.replaceAll(/[\t\n]/g, '')).not.toMatch(/\p{Cc}/u);
  expect(plain).toContain('1 | \tx␛]52;c;ZXZpbA==␇\ufffd2J␡␍\n');
  // Colours are our own and are the only thing that is added.
  const coloured = toText(response, { explain: true, colour: true });
  expect(coloured).not.toBe(plain);
  expect(stripVTControlCharacters(coloured)).toBe(plain);
});

it('the code at a place is that of a plain file in the folder', () => {
  const outer = temporaryFolder();
  const folder = join(outer, 'in');
  mkdirSync(join(folder, '..odd'), { recursive: true });
  writeFileSync(join(outer, 'secret.ts'), 'secret\n');
  writeFileSync(join(folder, '..odd/a.ts'), 'one\ntwo\nthree\n');
  expect(codeAt(folder, '..odd/a.ts:2-3')).toMatchObject({ path: '..odd/a.ts', startLine: 2, endLine: 3, text: 'two\nthree' });
  for (const place of ['../secret.ts:1', `${join(outer, 'secret.ts')}:1`, '.:1', '..:1'])
    expect(() => codeAt(folder, place)).toThrow(/no file/);
  if (process.platform === 'win32') return;
  symlinkSync(join(outer, 'secret.ts'), join(folder, 'link.ts'));
  execFileSync('mkfifo', [join(folder, 'pipe.ts')]);
  expect(() => codeAt(folder, 'link.ts:1')).toThrow(/no file/);
  expect(() => codeAt(folder, 'pipe.ts:1')).toThrow('pipe.ts cannot be read as a file.');
});
