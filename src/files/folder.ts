import { readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, parse } from 'node:path';
import { relativeInside } from './judgeStats.ts';
import { exists } from './stat.ts';

export type FolderProblem = 'missing' | 'not-a-folder' | 'unreadable';

export type FolderCheck =
  | { readonly ok: true /** Real path, absolute. */; readonly folder: string }
  | { readonly ok: false; readonly problem: FolderProblem /** One sentence for a person. */; readonly sentence: string };

function problem(kind: FolderProblem, sentence: string): FolderCheck {
  return { ok: false, problem: kind, sentence };
}

/** Resolves an absolute path to a folder that can be listed, or says in one sentence why it cannot. Never rejects. */
export async function checkFolder(path: string): Promise<FolderCheck> {
  if (path.trim() === '') return problem('missing', 'No folder was named.');
  if (!isAbsolute(path)) return problem('missing', `\`${path}\` is not an absolute path.`);
  try {
    const folder = await realpath(path);
    const stats = await stat(folder);
    if (!stats.isDirectory()) return problem('not-a-folder', `\`${path}\` is a file and not a folder.`);
    await readdir(folder);
    return { ok: true, folder };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    switch (code) {
      case 'ENOENT':
        return problem('missing', `There is no folder \`${path}\`.`);
      case 'ENOTDIR':
        return problem('not-a-folder', `\`${path}\` lies inside a file and cannot be a folder.`);
      case 'EACCES':
      case 'EPERM':
        return problem('unreadable', `The folder \`${path}\` may not be read by this user.`);
      default:
        return problem('unreadable', `The folder \`${path}\` cannot be read (${code}).`);
    }
  }
}

/** Files that say that somebody works on a project here. */
const PROJECT_MARKERS = [
  '.git',
  '.hg',
  '.svn',
  '.jj',
  '.quarryignore',
  'package.json',
  'pyproject.toml',
  'setup.py',
  'Cargo.toml',
  'go.mod',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'CMakeLists.txt',
  'Makefile',
  'Gemfile',
  'composer.json',
  'mix.exs',
  'deno.json',
];

/**
 * True for a folder that nobody means to index as a whole without a second thought: the root of a drive, the home
 * directory or one above it, unless it holds a sign of a project. `folder` is an absolute real path.
 */
export async function isRiskyRoot(folder: string, home: string = homedir()): Promise<boolean> {
  const realHome = await realpath(home).catch(() => home);
  if (parse(folder).root !== folder && relativeInside(folder, realHome) === undefined) return false;
  for (const marker of PROJECT_MARKERS) {
    if (await exists(join(folder, marker))) return false;
  }
  return true;
}
