// Installs what is missing and finds a Node that can run everything. Runs on any Node from 20, without dependencies.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');
const bin = path.join(root, 'node_modules/.bin');
const windows = process.platform === 'win32';

/** A mistake or a lack that a person can act on: its message is printed without a stack. */
export class Complaint extends Error {}

function readJson(file) {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
}

/** True when node_modules holds exactly what the lock file names (optional packages of other platforms aside). */
function isInstalled() {
  const locked = readJson(path.join(root, 'package-lock.json'))?.packages;
  const installed = readJson(path.join(root, 'node_modules/.package-lock.json'))?.packages;
  if (locked === undefined || installed === undefined) return false;
  return Object.entries(locked).every(([where, entry]) => {
    if (where === '' || entry.link === true) return true;
    const found = installed[where];
    return found === undefined ? entry.optional === true : found.version === entry.version;
  });
}

/**
 * Runs `npm ci` when node_modules is missing or does not match the lock file; its output goes to stderr.
 * @param {{ quiet: boolean }} options quiet: only one line and errors
 */
export function ensureInstalled({ quiet }) {
  if (isInstalled()) return;
  console.error('Installing dependencies (once; about a minute)...');
  // Not the Node inside node_modules: `npm ci` replaces it.
  const paths = (process.env.PATH ?? '').split(path.delimiter).filter((entry) => path.resolve(entry) !== bin);
  const env = { ...process.env, PATH: paths.join(path.delimiter) };
  const npm = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  const args = ['ci', ...(quiet ? ['--loglevel=error'] : [])];
  const viaNode =
    npm?.endsWith('.js') === true && node !== undefined && fs.existsSync(node) && !node.startsWith(path.join(root, 'node_modules'));
  const [command, first] = viaNode ? [node, [npm]] : ['npm', []];
  const result = spawnSync(command, [...first, ...args], { cwd: root, env, stdio: ['ignore', 2, 2], shell: !viaNode && windows });
  if (result.error !== undefined || result.status !== 0)
    throw new Complaint(`npm ci failed${result.error === undefined ? '' : `: ${result.error.message}`}. Its messages are above.`);
}

/** The Node that came with `npm ci`, where the registry has one for this platform. */
function bundledNode() {
  const platform = windows ? 'win' : process.platform;
  const file = path.join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', windows ? 'node.exe' : 'node');
  return fs.existsSync(file) ? file : undefined;
}

/** The environment for child processes: the tools of node_modules come first. */
export function toolEnvironment() {
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };
}

/**
 * Runs a program to its end with this one's input and output, handing signals on; resolves to its exit code.
 * A program that dies by a signal counts as 128 and more.
 */
export function runToEnd(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio: 'inherit', ...options });
    // Ctrl+C reaches the child by itself (one terminal, one group); this process waits for it to clean up.
    const wait = () => {};
    const end = () => child.kill('SIGTERM');
    process.on('SIGINT', wait).on('SIGTERM', end).on('SIGHUP', end);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', wait).off('SIGTERM', end).off('SIGHUP', end);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/** Continues in a Node that is new enough, and never returns then; returns at once when this one is. */
export async function ensureNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const bundled = bundledNode();
  if (major >= 24) return;
  if (bundled !== undefined) process.exit(await runToEnd(bundled, process.argv.slice(1), { cwd: process.cwd() }));
  // From 22.18 on, Node runs TypeScript files as they are.
  if (major < 22 || (major === 22 && minor < 18))
    throw new Complaint(
      `Quarry needs Node 22.18 or newer on ${process.platform}-${process.arch}; this is Node ${process.versions.node}. Install a newer one from nodejs.org and run the same command again.`,
    );
}
