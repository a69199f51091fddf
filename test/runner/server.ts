import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { vscodeRoot } from '../vscode-host/link.mjs';

/** Root of this repository, which is also the extension's folder in development. */
export const repository = path.resolve(import.meta.dirname, '../..');

/** Settings that keep a fresh VS Code from talking about itself. */
const QUIET_SETTINGS = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Settings that open a workspace in restricted mode without asking. */
const UNTRUSTED_SETTINGS = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'always',
};

export interface ServerOptions {
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether workspaces are untrusted until a person trusts them; otherwise all are trusted. */
  readonly untrusted?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of an unpacked extension (such as this repository) to run as an installed one. */
  readonly extension?: string;
  /** Folder with installed extensions, instead of an empty one. */
  readonly extensionsDir?: string;
  /** A port or a range such as `8710-8799`; any free port when absent. */
  readonly port?: string;
}

export interface VsCodeServer {
  /** Address of the server, without a query. */
  readonly url: string;
  /** Address that opens a folder, or a `.code-workspace` file, in a browser; the payload is for the workbench. */
  readonly address: (folder: string, payload?: Readonly<Record<string, string>>) => string;
  /** A path on this machine, as the workbench names it. */
  readonly remoteUri: (file: string) => string;
  readonly pid: number;
  /** What the server printed so far. */
  readonly log: () => string;
  /** Settles when the server ends. */
  readonly ended: Promise<void>;
  /** Ends the server and its extension hosts, and removes its folder. */
  readonly stop: () => Promise<void>;
}

/** Starts the VS Code server on 127.0.0.1, with a data folder and an access token of its own. */
export async function startServer(options: ServerOptions = {}): Promise<VsCodeServer> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-vscode-'));
  const settings = JSON.stringify({ ...QUIET_SETTINGS, ...(options.untrusted === true ? UNTRUSTED_SETTINGS : {}), ...options.settings });
  for (const scope of ['Machine', 'User']) writeFile(path.join(home, 'data', scope, 'settings.json'), settings);
  const extensionsDir = options.extensionsDir ?? path.join(home, 'extensions');
  if (options.extension !== undefined) registerExtension(extensionsDir, options.extension);
  const token = randomBytes(9).toString('hex');
  const child = spawn(process.execPath, [...serverArguments(home, token, extensionsDir, options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutEditorVariables(process.env), ...options.env },
    // A group of its own, so that Ctrl+C reaches the server through stop() only.
    detached: process.platform !== 'win32',
  });
  const removeHome = (): void => fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  // When this process ends without a stop, nothing stays behind.
  const abandon = (): void => {
    child.kill('SIGKILL');
    removeHome();
  };
  process.once('exit', abandon);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const printed: string[] = [];
  const stop = async (): Promise<void> => {
    await endProcess(child, ended);
    process.off('exit', abandon);
    removeHome();
  };
  try {
    const port = await boundPort(child, printed);
    const url = `http://127.0.0.1:${port}`;
    return {
      url,
      address: (folder, payload) => `${url}/?${addressQuery(token, folder, payload)}`,
      remoteUri: (file) => `vscode-remote://127.0.0.1:${port}${pathToFileURL(file).pathname}`,
      pid: child.pid ?? 0,
      log: () => printed.join(''),
      ended,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Slashes stay as they are, so that the address can be read. */
function addressQuery(token: string, folder: string, payload?: Readonly<Record<string, string>>): string {
  const kind = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
  const query = new URLSearchParams({ tkn: token, [kind]: decodeURIComponent(pathToFileURL(folder).pathname) });
  if (payload !== undefined) query.set('payload', JSON.stringify(Object.entries(payload)));
  return query.toString().replaceAll('%2F', '/');
}

function serverArguments(home: string, token: string, extensionsDir: string, options: ServerOptions): readonly string[] {
  return [
    path.join(vscodeRoot(), 'out/server-main.js'),
    ...['--host', '127.0.0.1', '--port', options.port ?? '0', '--connection-token', token],
    ...['--server-data-dir', home, '--extensions-dir', extensionsDir],
    ...['--accept-server-license-terms', '--telemetry-level', 'off'],
    ...(options.untrusted === true ? [] : ['--disable-workspace-trust']),
    // Lets a page of the test runner hear the results of tests inside the extension host.
    '--enable-smoke-test-driver',
  ];
}

/** An editor's own variables would make the server take itself for a part of that editor. */
function withoutEditorVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name)));
}

/** Writes the list of installed extensions with one that stays where it is. */
function registerExtension(extensionsDir: string, folder: string): void {
  const { publisher, name, version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const location = { $mid: 1, path: pathToFileURL(folder).pathname, scheme: 'file' };
  const entry = { identifier: { id: `${publisher}.${name}` }, version, location, metadata: {} };
  writeFile(path.join(extensionsDir, 'extensions.json'), JSON.stringify([entry]));
}

function writeFile(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** The port that the server says it listens on; rejects when it ends before that. */
function boundPort(child: ChildProcess, printed: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const read = (data: Buffer): void => {
      printed.push(String(data));
      if (printed.length > 5000) printed.shift();
      const port = /Extension host agent listening on (\d+)/.exec(printed.join(''))?.[1];
      if (port !== undefined) resolve(port);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The VS Code server ended with code ${code}:\n${printed.join('')}`)));
  });
}

async function endProcess(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const stubborn = setTimeout(() => child.kill('SIGKILL'), 5000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(stubborn);
}
