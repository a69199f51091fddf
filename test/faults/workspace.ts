import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from './random.ts';
import { ANCHOR, sourceOf } from './tree.ts';

const BRANCHES = ['main', 'feature', 'release'] as const;
const AWKWARD = ['it’s', "o'clock", 'a_b%c', '[id]', 'ä ö', '-dash', 'Upper', 'upper', '(group)', '$money'] as const;
const RULES = ['*.gen.ts', 'out/', '/dir1/', '!dir1/keep.ts', 'dir2/**', '*.md', '!*.md', 'dir?/file1*', '# nothing'] as const;

/** A workspace with everything that people keep in one: a repository, a submodule, a nested repository, links, ignored folders. */
export interface Workspace {
  readonly folder: string;
  /** The same folder, reached through a link. */
  readonly link: string;
  /** Does something to it, as a person or a tool does; returns what that was. */
  act(): string;
}

/** Makes a workspace of about `count` files; `home` also takes the repository that the submodule comes from. */
export function makeWorkspace(home: string, count: number, random: Random): Workspace {
  const folder = join(home, 'tree');
  const at = (path: string): string => join(folder, path);
  let made = 0;

  const git = (place: string, ...args: readonly string[]): void => {
    const options = ['user.name=Test', 'user.email=test@localhost', 'gc.auto=0', 'protocol.file.allow=always', 'commit.gpgsign=false'];
    execFileSync('git', [...options.flatMap((option) => ['-c', option]), ...args], { cwd: place, stdio: 'pipe', env: gitEnvironment() });
  };
  /** A command that may be refused (a conflict, nothing to stash), which is also something that happens to people. */
  const tryGit = (...args: readonly string[]): void => {
    try {
      git(folder, ...args);
    } catch {
      // Refused: the work tree is as git left it.
    }
  };
  /** Makes the folder of a path, in place of files and links that are in the way. */
  const makeRoom = (path: string): void => {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const above = at(path.slice(0, slash));
      if (lstatSync(above, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(above);
    }
    mkdirSync(dirname(at(path)), { recursive: true });
  };
  const write = (path: string, text: string): void => {
    makeRoom(path);
    writeFileSync(at(path), text);
  };
  const fill = (path: string): void => write(path, sourceOf(path, random));
  const create = (): string => {
    const name = random.chance(0.15) ? `${random.pick(AWKWARD)}${made++}` : `file${made++}`;
    const extension = random.pick(['ts', 'py', 'go', 'md', 'gen.ts']);
    const path = `${placeOf(random)}/${name}.${extension}`;
    fill(path);
    return path;
  };
  const files = (): string[] => list(folder, (path, kind) => kind === 'file' && path !== ANCHOR.path && !isGit(path));
  const folders = (): string[] => list(folder, (path, kind) => kind === 'folder' && path !== 'src' && !isGit(path) && path !== 'module');
  const anyFile = (): string => {
    const all = files();
    return all.length < count / 2 ? create() : random.pick(all);
  };
  const commitAll = (): void => {
    tryGit('add', '--all');
    tryGit('commit', '--quiet', '--allow-empty', '--no-verify', '--message=Everything');
  };
  const settleGit = (): void => {
    for (const what of ['rebase', 'merge', 'cherry-pick']) tryGit(what, '--abort');
  };

  const linked = random.chance(0.3);
  if (linked) {
    // A work tree of a repository elsewhere.
    const repository = join(home, 'repository');
    mkdirSync(repository, { recursive: true });
    git(repository, 'init', '--quiet', '--initial-branch=main');
    git(repository, 'commit', '--quiet', '--allow-empty', '--message=Nothing');
    git(repository, 'checkout', '--quiet', '--detach');
    git(repository, 'worktree', 'add', '--quiet', folder, 'main');
  } else {
    mkdirSync(folder, { recursive: true });
    git(folder, 'init', '--quiet', '--initial-branch=main');
  }
  write('.gitignore', 'ignored/\n*.log\n');
  write('ignored/never.ts', 'export const never = 1;\n');
  write(ANCHOR.path, `/** Never changes. */\nexport function ${ANCHOR.symbol}() {\n  return 'still';\n}\n`);
  for (let number = 0; number < count; number++) create();
  commitAll();
  const library = join(home, 'library');
  mkdirSync(library);
  git(library, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(library, 'lib.ts'), sourceOf('lib.ts', random));
  git(library, 'add', '--all');
  git(library, 'commit', '--quiet', '--message=Library');
  git(folder, 'submodule', '--quiet', 'add', library, 'module');
  commitAll();
  for (const branch of BRANCHES.slice(1)) {
    git(folder, 'checkout', '--quiet', '-b', branch);
    for (const path of files()) if (random.chance(0.4) && !path.startsWith('module/')) fill(path);
    for (const path of files()) if (random.chance(0.1) && !path.startsWith('module/')) rmSync(at(path));
    commitAll();
  }

  const acts: Readonly<Record<string, () => void>> = {
    save: () => fill(anyFile()),
    'save again': () => fill(anyFile()),
    'small edit': () => {
      const path = anyFile();
      const lines = readFileSync(at(path), 'utf8').split('\n');
      lines.splice(random.below(lines.length), random.below(3), `edited ${random.below(1000)}`);
      write(path, lines.join('\n'));
    },
    create: () => void create(),
    'many new files': () => {
      for (let number = 0; number < 30; number++) create();
    },
    delete: () => rmSync(at(anyFile())),
    'delete a folder': () => removeSome(folders()),
    rename: () => {
      const from = anyFile();
      const to = `${placeOf(random)}/moved${made++}${/\.[^/]*$/.exec(from)?.[0] ?? '.ts'}`;
      makeRoom(to);
      renameSync(at(from), at(to));
    },
    'rename a folder': () => {
      const all = folders();
      if (all.length > 0) renameSync(at(random.pick(all)), at(`renamed${made++}`));
    },
    'rename to another case': () => {
      const from = anyFile();
      const to = from.replace(/[^/]+$/, (name) => (name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase()));
      if (!existsSync(at(to))) renameSync(at(from), at(to));
    },
    'swap two files': () => {
      const [a, b] = [anyFile(), anyFile()];
      if (a === b) return;
      renameSync(at(a), at(`${a}.swap`));
      renameSync(at(b), at(a));
      renameSync(at(`${a}.swap`), at(b));
    },
    'atomic save': () => {
      const path = anyFile();
      write(`${path}.tmp~`, sourceOf(path, random));
      renameSync(at(`${path}.tmp~`), at(path));
    },
    empty: () => write(anyFile(), ''),
    'append slowly': () => {
      const path = anyFile();
      for (let number = 0; number < 3; number++) appendFileSync(at(path), `\nexport const added${random.below(1000)} = ${number};\n`);
    },
    'a clock ahead': () => touch(anyFile(), 86_400 * 365),
    'a clock behind': () => touch(anyFile(), -86_400 * 365),
    'other content, same size and time': () => {
      const path = anyFile();
      const { atimeMs, mtimeMs } = lstatSync(at(path));
      const text = readFileSync(at(path), 'utf8');
      write(
        path,
        text.replace(/[0-9]/g, (digit) => String((Number(digit) + 1) % 10)),
      );
      utimesSync(at(path), atimeMs / 1000, mtimeMs / 1000);
    },
    'a file becomes a folder': () => {
      const path = anyFile();
      rmSync(at(path));
      fill(`${path}/inner${made++}.ts`);
    },
    'a folder becomes a file': () => {
      const path = removeSome(folders());
      if (path !== undefined) fill(path);
    },
    'a folder becomes a link': () => {
      const all = folders();
      if (all.length < 2) return;
      const path = removeSome(all);
      if (path !== undefined && existsSync(dirname(at(path)))) symlinkSync(join(folder, 'src'), at(path));
    },
    'a link': () => symlinkSync(at(anyFile()), at(`link${made++}.ts`)),
    'a binary file': () => writeFileSync(at(anyFile()), new Uint8Array(200)),
    'a generated file': () => {
      const path = anyFile();
      write(path, `// Code generated by a tool. DO NOT EDIT.\n${sourceOf(path, random)}`);
    },
    'a large file': () => write(anyFile(), 'export const large = 1;\n'.repeat(50_000)),
    'an ignore rule': () => appendFileSync(at('.gitignore'), `${random.pick(RULES)}\n`),
    'ignore rules reset': () => write('.gitignore', 'ignored/\n*.log\n'),
    'a nested ignore file': () => write(`${placeOf(random)}/.gitignore`, `${random.pick(RULES)}\n`),
    'a local exclude': () => {
      if (!linked) write('.git/info/exclude', `${random.pick(RULES)}\n`);
    },
    'a quarry rule': () => write('.quarryignore', random.pick(['dir3/\n', '!ignored/\n', '!*.gen.ts\n', '!*.ts\n', ''])),
    'permissions taken and given': () => {
      const path = anyFile();
      chmodSync(at(path), random.pick([0o600, 0o755]));
    },
    commit: commitAll,
    'another branch': () => {
      settleGit();
      commitAll();
      tryGit('checkout', '--quiet', '--force', random.pick(BRANCHES));
    },
    'there and back': () => {
      settleGit();
      commitAll();
      for (const branch of [random.pick(BRANCHES), random.pick(BRANCHES)]) tryGit('checkout', '--quiet', '--force', branch);
    },
    stash: () => tryGit('stash', 'push', '--quiet', '--include-untracked'),
    'stash pop': () => tryGit('stash', 'pop', '--quiet'),
    rebase: () => {
      settleGit();
      commitAll();
      tryGit('rebase', '--quiet', random.pick(BRANCHES));
      if (random.chance(0.7)) tryGit('rebase', '--abort');
    },
    merge: () => {
      settleGit();
      commitAll();
      tryGit('merge', '--quiet', '--no-edit', random.pick(BRANCHES));
      if (random.chance(0.7)) settleGit();
    },
    reset: () => {
      settleGit();
      tryGit('reset', '--quiet', '--hard', random.pick(['HEAD', 'HEAD~1', 'main']));
    },
    clean: () => tryGit('clean', '-fdq'),
    'an ignored file added by force': () => {
      write('ignored/forced.ts', sourceOf('forced.ts', random));
      tryGit('add', '--force', 'ignored/forced.ts');
    },
    'an edit in the submodule': () => {
      if (existsSync(at('module/lib.ts'))) fill('module/lib.ts');
      if (existsSync(at('module'))) fill(`module/more${random.below(4)}.ts`);
    },
    'the submodule comes and goes': () =>
      tryGit(
        'submodule',
        '--quiet',
        ...random.pick([
          ['update', '--init', '--force'],
          ['deinit', '--force', '--all'],
        ]),
      ),
    'a nested repository': () => {
      const place = `nested${made++}`;
      fill(`${place}/code.ts`);
      fill(`${place}/scratch.tmp.ts`);
      write(`${place}/.gitignore`, '*.tmp.ts\n');
      git(at(place), 'init', '--quiet', '--initial-branch=main');
    },
    'a nested repository dissolves': () => {
      const nested = readdirSync(folder).find((name) => /^nested\d+$/.test(name) && existsSync(at(`${name}/.git`)));
      if (nested !== undefined) rmSync(at(`${nested}/.git`), { recursive: true });
    },
    'a folder copied': () => {
      const all = folders();
      if (all.length > 0) cpSync(at(random.pick(all)), at(`copy${made++}`), { recursive: true, verbatimSymlinks: true });
    },
  };

  function touch(path: string, seconds: number): void {
    const time = Date.now() / 1000 + seconds + random.below(1000);
    fill(path);
    utimesSync(at(path), time, time);
  }
  function removeSome(all: readonly string[]): string | undefined {
    if (all.length === 0) return undefined;
    const path = random.pick(all);
    rmSync(at(path), { recursive: true });
    return path;
  }

  const link = join(home, 'link');
  symlinkSync(folder, link);
  return {
    folder,
    link,
    act: () => {
      const name = random.pick(Object.keys(acts));
      acts[name]?.();
      return name;
    },
  };
}

/** Every entry below a folder, relative, that passes; links are not followed. */
export function list(folder: string, passes: (path: string, kind: 'file' | 'folder' | 'other') => boolean): string[] {
  const found: string[] = [];
  const visit = (base: string): void => {
    for (const entry of readdirSync(join(folder, base), { withFileTypes: true })) {
      const path = base === '' ? entry.name : `${base}/${entry.name}`;
      const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
      if (passes(path, kind)) found.push(path);
      if (kind === 'folder') visit(path);
    }
  };
  visit('');
  return found.sort();
}

export function isGit(path: string): boolean {
  return /(^|\/)\.git(\/|$)/.test(path);
}

function placeOf(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => `dir${random.below(5)}`).join('/');
}

/** No configuration of the person who runs this takes part. */
function gitEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_EDITOR: 'true' };
}
