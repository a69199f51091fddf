import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from './random.ts';

/** The file that no change touches: a search for its function must find it at all times. */
export const ANCHOR = { path: 'src/anchor.ts', symbol: 'anchorOfTheTree' } as const;

const BRANCHES = ['main', 'feature', 'release'] as const;

/** A git work tree of generated source files, with the changes that people make to one. */
export interface Tree {
  readonly folder: string;
  /** Makes one change; returns the paths that a watcher would tell, relative. */
  change(): readonly string[];
  /** Switches to another branch after committing what is there; most files differ between branches. */
  switchBranch(): void;
  /** Paths that belong to the index, sorted. */
  files(): readonly string[];
}

export function makeTree(folder: string, count: number, random: Random): Tree {
  let made = 0;
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'gc.auto=0', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const write = (path: string, text: string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    return path;
  };
  const create = (): string => write(`${placeOf(random)}/file${made++}.${random.pick(['ts', 'py', 'go', 'md'])}`, '');
  const fill = (path: string): string => write(path, sourceOf(path, random));
  const files = (): string[] =>
    [...new Set(git('ls-files', '-co', '--exclude-standard', '-z').split('\0'))]
      .filter((path) => path !== '' && existsSync(join(folder, path)))
      .sort();
  const others = (): string[] => files().filter((path) => path !== ANCHOR.path && path !== '.gitignore');

  mkdirSync(folder, { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  write('.gitignore', 'ignored/\n*.log\n');
  write('ignored/never.ts', 'export const never = 1;\n');
  write(ANCHOR.path, `/** Never changes. */\nexport function ${ANCHOR.symbol}() {\n  return 'still';\n}\n`);
  for (let at = 0; at < count; at++) fill(create());
  commitAll();
  for (const branch of BRANCHES.slice(1)) {
    git('checkout', '--quiet', '-b', branch);
    for (const path of others()) if (random.chance(0.5)) fill(path);
    for (const path of others()) if (random.chance(0.1)) rmSync(join(folder, path));
    commitAll();
  }

  function commitAll(): void {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message=Everything');
  }

  const changes: readonly (() => readonly string[])[] = [
    () => [fill(random.pick(others()))],
    () => [fill(random.pick(others()))],
    () => [fill(create())],
    () => {
      // An edit that keeps most chunks as they are, as a save does.
      const path = random.pick(others());
      const lines = readFileSync(join(folder, path), 'utf8').split('\n');
      lines.splice(random.below(lines.length), random.below(3), wordsOf(random, 3));
      return [write(path, lines.join('\n'))];
    },
    () => {
      const path = random.pick(others());
      rmSync(join(folder, path));
      return [path];
    },
    () => {
      const from = random.pick(others());
      const to = `${placeOf(random)}/moved${made++}${from.slice(from.lastIndexOf('.'))}`;
      mkdirSync(dirname(join(folder, to)), { recursive: true });
      renameSync(join(folder, from), join(folder, to));
      return [from, to];
    },
    () => {
      const from = dirname(random.pick(others()));
      const to = `renamed${made++}`;
      if (from === 'src' || from === '.' || ANCHOR.path.startsWith(`${from}/`)) return [fill(create())];
      renameSync(join(folder, from), join(folder, to));
      return [from, to];
    },
    () => [write(random.pick(others()), '')],
  ];

  return {
    folder,
    files,
    change: () => random.pick(changes)(),
    switchBranch: () => {
      commitAll();
      git('checkout', '--quiet', random.pick(BRANCHES));
    },
  };
}

function placeOf(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => `dir${random.below(6)}`).join('/');
}

function wordsOf(random: Random, count: number): string {
  const words = ['upload', 'retry', 'token', 'queue', 'parse', 'socket', 'cache', 'render', 'merge', 'index', 'user', 'price'];
  return Array.from({ length: count }, () => random.pick(words)).join(' ');
}

/** Some definitions in the file's language; now and then an empty file, or one that is cut in the middle. */
export function sourceOf(path: string, random: Random): string {
  const name = (): string => `${wordsOf(random, 2).replace(' ', '_')}_${random.below(100_000)}`;
  const one = (): string => {
    const [id, words, value] = [name(), wordsOf(random, 5), random.below(1000)];
    if (path.endsWith('.py')) return `def ${id}(value):\n    """${words}."""\n    return value + ${value}\n`;
    if (path.endsWith('.go')) return `// ${id} does ${words}.\nfunc ${id}(value int) int {\n\treturn value + ${value}\n}\n`;
    if (path.endsWith('.md')) return `## ${id}\n\nSome ${words}, ${value} times.\n`;
    return `/** ${words}. */\nexport function ${id}(value: number) {\n  return value + ${value};\n}\n`;
  };
  const text = Array.from({ length: random.below(8) }, one).join('\n');
  return random.chance(0.05) ? text.slice(0, random.below(text.length + 1)) : text;
}
