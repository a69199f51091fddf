// The commands of `npm run` that must work on a fresh clone: they install what is missing, build, and go on.
// usage: node tools/run.mjs build|start|test|package|search|quarry [arguments]; runs on any Node from 20.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Complaint, ensureInstalled, ensureNode, root, runToEnd, toolEnvironment } from './install.mjs';
import { isFresh } from './stamp.mjs';

/** Builds when something changed; what esbuild says goes to stderr. */
function ensureBuilt(flags = []) {
  if (flags.length === 0 && isFresh(root, false)) return;
  const result = spawnSync(process.execPath, [path.join(root, 'esbuild.mjs'), ...flags], {
    cwd: root,
    env: toolEnvironment(),
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) throw new Complaint('The build failed. Its messages are above.');
}

/** Where the person stood when they called npm: relative folders are theirs. */
const callerFolder = () => process.env.INIT_CWD ?? process.cwd();

const runCli = (args) => runToEnd(process.execPath, [path.join(root, 'dist/cli.mjs'), ...args], { cwd: callerFolder(), env: process.env });

const commands = {
  async build(args) {
    if (args.includes('--watch')) return runToEnd(process.execPath, [path.join(root, 'esbuild.mjs'), ...args]);
    ensureBuilt(args);
    return 0;
  },
  async start(args) {
    ensureBuilt();
    const { start } = await import('./start.mjs');
    return start(args, callerFolder());
  },
  async package(args) {
    ensureBuilt(['--production']);
    const { packageExtension } = await import('./package.mjs');
    return packageExtension(args);
  },
  async test(args) {
    ensureBuilt(['--force']);
    const { test } = await import('./test.mjs');
    return test(args);
  },
  /** `npm run search -- "question" [folder] [options]`: the command line's search with the question first. */
  async search(args) {
    ensureBuilt();
    const [question, second, ...rest] = args;
    const folderGiven = second !== undefined && !second.startsWith('-');
    const options = folderGiven ? rest : args.slice(1);
    if (question === undefined || question.startsWith('-'))
      throw new Complaint(
        'usage: npm run search -- "<question>" [folder] [options]; `npm run -s quarry -- search --help` lists the options.',
      );
    return runCli(['search', folderGiven ? second : '.', question, ...options]);
  },
  async quarry(args) {
    ensureBuilt();
    return runCli(args);
  },
};

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new Complaint(`usage: node tools/run.mjs ${Object.keys(commands).join('|')}`);
  ensureInstalled({ quiet: name === 'search' || name === 'quarry' });
  await ensureNode();
  return command(args);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Complaint)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
