import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { ListFiles, OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { makeFolder } from './cli.ts';

const DIST = join(import.meta.dirname, '../../dist');
const clients: EngineClient[] = [];
const { HOME, XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL } = process.env;

afterEach(async () => {
  for (const [name, value] of Object.entries({ HOME, XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});

const code = (name: string): string => `export function ${name}() {\n  return 1;\n}\n`;

function gitIn(cwd: string): (...args: readonly string[]) => string {
  return (...args) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
}

/**
 * A repository with a home folder beside it for git's configuration, and an engine on `sub` of it, whom nobody tells of changes. Files below
 * `inner` are in a repository of their own.
 */
async function opened(sub = '', inner: Readonly<Record<string, string>> = {}) {
  const { folder: top, indexDir } = await makeFolder({
    ...inner,
    '.gitignore': '*.gen.ts\n',
    [join(sub, 'kept.ts')]: code('keptCase'),
    [join(sub, 'made.gen.ts')]: code('madeCase'),
    [join(sub, 'local.ts')]: code('localCase'),
  });
  const person = join(dirname(top), 'home');
  await mkdir(person);
  process.env.HOME = person;
  delete process.env.XDG_CONFIG_HOME;
  delete process.env.GIT_CONFIG_GLOBAL;
  if (Object.keys(inner).length > 0) {
    const innerGit = gitIn(join(top, 'inner'));
    innerGit('init', '--quiet');
    innerGit('add', '.gitignore');
    innerGit('commit', '--quiet', '--message=Rules');
  }
  const git = gitIn(top);
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message=All');
  const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly: false } });
  clients.push(client);
  const folder = join(top, sub);
  const params = { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true };
  await client.request(OpenFolder, params);
  await client.request(WaitForIndex, { folder });
  const finds = async (name: string): Promise<boolean> => {
    const { hits } = await client.request(Search, { query: name, mode: 'keyword', limit: 5, rows: 'symbol', filters: {} });
    return hits.some(({ symbol }) => symbol === name);
  };
  const becomes = (name: string, found: boolean) => expect.poll(() => finds(name), { timeout: 60_000 }).toBe(found);
  const listed = async () => (await client.request(ListFiles, { folder })).indexed;
  return { top, person, git, becomes, listed };
}

it('a file that git takes up or lets go comes and goes, although nothing in the folder changes', async () => {
  const { git, becomes } = await opened();
  await becomes('madeCase', false);
  git('add', '--force', 'made.gen.ts');
  await becomes('madeCase', true);
  git('rm', '--quiet', '--cached', 'made.gen.ts');
  await becomes('madeCase', false);
  await becomes('keptCase', true);
});

it('local excludes, those of the person, and another file of excludes in the configuration are followed', async () => {
  const { top, person, git, becomes } = await opened();
  git('rm', '--quiet', '--cached', 'local.ts');
  await appendFile(join(top, '.git/info/exclude'), 'local.ts\n');
  await becomes('localCase', false);
  await writeFile(join(top, '.git/info/exclude'), '');
  await becomes('localCase', true);
  await mkdir(join(person, '.config/git'), { recursive: true });
  await writeFile(join(person, '.config/git/ignore'), 'local.*\n');
  await becomes('localCase', false);
  await writeFile(join(person, 'mine'), '# nothing\n');
  git('config', '--global', 'core.excludesFile', '~/mine');
  await becomes('localCase', true);
  await appendFile(join(person, 'mine'), 'local.*\n');
  await becomes('localCase', false);
});

it('ignore files above the folder are followed', async () => {
  const { top, git, becomes, listed } = await opened('packages/inner');
  git('rm', '--quiet', '--cached', 'packages/inner/local.ts');
  await appendFile(join(top, '.gitignore'), 'local.ts\n');
  await becomes('localCase', false);
  expect(await listed()).toEqual(['kept.ts']);
});

it('repositories inside the folder are followed as well: what they take up and let go, and their own excludes', async () => {
  const { top, becomes } = await opened('', {
    'inner/made.gen.ts': code('innerMadeCase'),
    'inner/.gitignore': '*.gen.ts\n',
    'inner/own.ts': code('ownCase'),
  });
  const git = gitIn(join(top, 'inner'));
  await becomes('ownCase', true);
  git('add', '--force', 'made.gen.ts');
  await becomes('innerMadeCase', true);
  git('rm', '--quiet', '--cached', 'made.gen.ts');
  await becomes('innerMadeCase', false);
  await appendFile(join(top, 'inner/.git/info/exclude'), 'own.ts\n');
  await becomes('ownCase', false);
  await becomes('keptCase', true);
});
