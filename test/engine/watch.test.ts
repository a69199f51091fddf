import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeFolder, quarry } from './cli.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.mjs');
const children: ReturnType<typeof spawn>[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('quarry index --watch', () => {
  it('follows saves, new files, renamed folders and deletions, and ends on Ctrl+C', async () => {
    const { folder, indexDir } = await makeFolder({ 'a.ts': 'export function firstName() {}\n' });
    const child = spawn(process.execPath, [CLI, 'index', folder, '--watch', '--index-dir', indexDir], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(child);
    await new Promise<void>((resolve) => child.stderr.on('data', (data) => String(data).includes('Following') && resolve()));
    const shows = async (symbol: string): Promise<readonly string[]> => {
      const { stdout } = await quarry(['search', folder, symbol, '--json', '--index-dir', indexDir]);
      const { results } = JSON.parse(stdout) as { results: readonly { path: string; symbol: string }[] };
      return results.filter((row) => row.symbol === symbol).map((row) => row.path);
    };
    const until = (symbol: string, paths: readonly string[]) => expect.poll(() => shows(symbol), { timeout: 30_000 }).toEqual(paths);

    await writeFile(join(folder, 'a.ts'), 'export function secondName() {}\n');
    await until('secondName', ['a.ts']);
    // Tools that restore files keep their times, and a replacement may well be as long.
    const { atime, mtime } = await stat(join(folder, 'a.ts'));
    await writeFile(join(folder, 'a.ts~'), 'export function closedName() {}\n');
    await utimes(join(folder, 'a.ts~'), atime, mtime);
    await rename(join(folder, 'a.ts~'), join(folder, 'a.ts'));
    await until('closedName', ['a.ts']);
    await mkdir(join(folder, 'lib'));
    await writeFile(join(folder, 'lib/b.ts'), 'export function newcomer() {}\n');
    await until('newcomer', ['lib/b.ts']);
    await rename(join(folder, 'lib'), join(folder, 'moved'));
    await until('newcomer', ['moved/b.ts']);
    await rm(join(folder, 'moved'), { recursive: true });
    await until('newcomer', []);

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
