import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder, quarry } from './cli.ts';

/** Fillers that share no word with the question, so that only the hop brings one of them up. */
const filler = Object.fromEntries(
  Array.from({ length: 8 }, (_, at) => [
    `src/filler${at}.ts`,
    `export function sendReceipt${at}() {\n  return 'uploads receipt ${at}';\n}\n`,
  ]),
);
const FILES = {
  ...filler,
  'src/upload.ts': 'export function retryFailedUploads(queue: string[]) {\n  return queue.map((entry) => zigzagEncoder(entry));\n}\n',
  'src/deep/codec.ts': 'export function zigzagEncoder(value: string) {\n  return [...value].reverse().join();\n}\n',
};

test('a second hop brings what the first answers name, with the reason, below the places of the first', async () => {
  const { folder, indexDir } = await makeFolder(FILES);
  onTestFinished(() => rm(join(folder, '..'), { recursive: true, force: true }));
  const search = async (...options: string[]) => {
    const { code, stdout } = await quarry([
      'search',
      folder,
      'retry failed uploads',
      '--mode',
      'keyword',
      '--json',
      '--index-dir',
      indexDir,
      ...options,
    ]);
    expect(code).toBe(0);
    return JSON.parse(stdout).results as readonly {
      readonly symbol: string;
      readonly why: readonly { readonly signal: string; readonly detail: string }[];
    }[];
  };
  const one = await search();
  expect(one.map(({ symbol }) => symbol)).not.toContain('zigzagEncoder');
  const two = await search('--hops', '2');
  expect(two.slice(0, 6).map(({ symbol }) => symbol)).toEqual(one.slice(0, 6).map(({ symbol }) => symbol));
  const led = two.find(({ symbol }) => symbol === 'zigzagEncoder');
  expect(led?.why.find(({ signal }) => signal === 'hop')?.detail).toBe('named by `retryFailedUploads`, an answer of the first hop');
  const filtered = await search('--hops', '2', '--exclude', 'src/deep/**');
  expect(filtered.map(({ symbol }) => symbol)).not.toContain('zigzagEncoder');
  expect(await quarry(['search', folder, 'x', '--hops', '3', '--index-dir', indexDir])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/1 or 2/),
  });
});
