// `npm start [-- [--desktop] [folder]]`: Quarry in a real VS Code, in the browser or in an installed desktop one.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startServer } from '../test/runner/server.ts';
import { Complaint, root } from './install.mjs';

const usage = `usage: npm start [-- [--desktop] [folder]]
  folder     what to open and to search; this repository when absent
  --desktop  in the VS Code installed on this machine (its command \`code\`) instead of the browser`;

/**
 * Starts VS Code with Quarry on a folder and stays until it is stopped; resolves to the exit code.
 * @param {readonly string[]} args
 * @param {string} from the folder that relative paths start at
 */
export async function start(args, from) {
  const [unknown] = args.filter((arg) => arg.startsWith('-') && arg !== '--desktop');
  const folders = args.filter((arg) => !arg.startsWith('-'));
  if (unknown !== undefined || folders.length > 1) throw new Complaint(usage);
  const folder = folders[0] === undefined ? root : path.resolve(from, folders[0]);
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Complaint(`${folder} is not a folder.`);
  return args.includes('--desktop') ? startDesktop(folder) : startInBrowser(folder);
}

async function startInBrowser(folder) {
  const server = await startServer({ extension: root, port: '8710-8799' });
  console.log(`\nQuarry runs in VS Code on ${folder}.\n\n  Open  ${server.address(folder)}\n\nCtrl+C stops it.`);
  const asked = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => resolve('asked'));
  });
  const why = await Promise.race([asked, server.ended]);
  if (why !== 'asked') console.error(`The VS Code server ended by itself:\n${server.log()}`);
  await server.stop();
  return why === 'asked' ? 0 : 1;
}

/** The command of the installed VS Code: on the path, or inside the application on a Mac. */
function desktopCommand() {
  const windows = process.platform === 'win32';
  const candidates = ['code', '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code'];
  return candidates.find((command) => spawnSync(command, ['--version'], { shell: windows, stdio: 'ignore' }).status === 0);
}

function startDesktop(folder) {
  const command = desktopCommand();
  if (command === undefined)
    throw new Complaint(
      'There is no command `code` here. Install Visual Studio Code, run "Shell Command: Install \'code\' command in PATH" in it, or leave out --desktop to use the browser.',
    );
  const quote = (text) => (process.platform === 'win32' ? `"${text}"` : text);
  const args = ['--new-window', `--extensionDevelopmentPath=${root}`, folder].map(quote);
  const result = spawnSync(command, args, { shell: process.platform === 'win32', stdio: 'inherit' });
  console.log(`Quarry is loaded in a new window of the desktop VS Code on ${folder}.`);
  return result.status ?? 1;
}
