import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { runGit, splitNul } from './git.ts';
import { gitHead } from './gitState.ts';

/** What decides, beside the files of a folder, which of them git lets through. Each part is equal as long as nothing changed. */
export interface GitRules {
  /** Of everything that holds rules outside the folder: configuration, global and local excludes, ignore files above the folder. */
  readonly rules: string;
  /** Of git's own list of tracked files, which also changes when nothing does. */
  readonly index: string;
  /** When git's list or a local exclude was written last, in milliseconds since 1970. */
  readonly changedMs: number;
  /** Absolute paths that configuration names; to be handed in again, so that git is asked once for each change of it. */
  readonly named: NamedFiles;
}

interface NamedFiles {
  readonly config: string;
  readonly origins: readonly string[];
  readonly excludes: string;
}

/** Looks at the rules around `folder` (absolute, real path) with a dozen `stat`s; undefined outside git. `last` is what was found before. */
export async function gitRules(folder: string, last: GitRules | undefined): Promise<GitRules | undefined> {
  const head = await gitHead(folder);
  if (head === undefined) return undefined;
  const { commonDir, gitDir } = head;
  const configs = [...userConfigs(), join(commonDir, 'config'), join(gitDir, 'config.worktree')];
  const named = await namedFiles(folder, configs, last?.named);
  const own = [named.excludes, join(commonDir, 'info', 'exclude'), ...(await ignoreFilesAbove(folder))];
  const [index, ...others] = await Promise.all([join(gitDir, 'index'), ...own].map(look));
  const changedMs = Math.max(...[index, ...others].map((stats) => stats?.mtimeMs ?? 0));
  return { rules: `${named.config} ${others.map(signature).join(' ')}`, index: signature(index), changedMs, named };
}

/** The tracked files that a rule would leave out: of all that git's index says, this alone decides about a file. Undefined when git does not say. */
export async function trackedAndIgnored(folder: string): Promise<string | undefined> {
  const result = await runGit(folder, ['ls-files', '-ci', '--exclude-standard', '-z']);
  return result.ok ? result.stdout.toString('utf8') : undefined;
}

async function namedFiles(folder: string, configs: readonly string[], last: NamedFiles | undefined): Promise<NamedFiles> {
  if (last !== undefined && (await signatures([...configs, ...last.origins])) === last.config) return last;
  // Each value after the file that it stands in, those that others include among them.
  const result = await runGit(folder, ['config', '--list', '--show-origin', '-z']);
  const fields = result.ok ? splitNul(result.stdout) : [];
  const origins = new Set<string>();
  let excludes = join(userConfigDir(), 'ignore');
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const origin = fields[at]?.replace(/^file:/, '') ?? '';
    if (isAbsolute(origin)) origins.add(origin);
    const value = /^core\.excludesfile\n(.*)$/s.exec(fields[at + 1] ?? '')?.[1];
    if (value !== undefined) excludes = value.replace(/^~(?=\/)/, home());
  }
  return { config: await signatures([...configs, ...origins]), origins: [...origins], excludes };
}

function userConfigs(): readonly string[] {
  const instead = process.env.GIT_CONFIG_GLOBAL;
  return instead === undefined ? [join(home(), '.gitconfig'), join(userConfigDir(), 'config')] : [instead];
}

/** As git sees it, also on Windows. */
function home(): string {
  return process.env.HOME || homedir();
}

function userConfigDir(): string {
  return join(process.env.XDG_CONFIG_HOME || join(home(), '.config'), 'git');
}

/** Up to the top of the work tree; those in the folder itself are followed with everything in it. */
async function ignoreFilesAbove(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (let at = folder; (await look(join(at, '.git'))) === undefined && dirname(at) !== at; at = dirname(at)) {
    files.push(join(dirname(at), '.gitignore'));
  }
  return files;
}

const GONE = 'gone';

const look = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);

const signature = (stats: Stats | undefined): string => (stats === undefined ? GONE : `${stats.ino} ${stats.size} ${stats.mtimeMs}`);

async function signatures(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map(look))).map(signature).join(' ');
}
