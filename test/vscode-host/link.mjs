// Gives the VS Code server inside the npm package code-server its run-time modules without that package's install
// script: links each dependency of this package into lib/vscode/node_modules, and writes stand-ins for the native
// modules that would have to be compiled.
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;

/** Sources of the stand-ins: what the server calls of each module, without native code. */
const STAND_INS = {
  // A log writer; the server only needs files with lines in them.
  '@vscode/spdlog': `
    const fs = require('fs');
    const levels = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
    function logger(file) {
      const write = (level) => (message) => {
        try { fs.appendFileSync(file, new Date().toISOString() + ' [' + level + '] ' + message + '\\n'); }
        catch { /* A log that cannot be written must not end the server. */ }
      };
      const nothing = () => {};
      const calls = { setLevel: nothing, setPattern: nothing, clearFormatters: nothing, flush: nothing, drop: nothing };
      for (const level of levels) calls[level] = write(level);
      return calls;
    }
    exports.version = 1;
    exports.setFlushOn = exports.setLevel = exports.shutdown = () => {};
    exports.createRotatingLogger = exports.createAsyncRotatingLogger = async (name, file) => logger(file);
  `,
  '@vscode/native-watchdog': 'exports.start = () => {};',
  // The git extension copies files with it.
  '@vscode/fs-copyfile': `
    const fs = require('fs');
    module.exports = {
      cp: fs.promises.cp, copyFile: fs.promises.copyFile, copyFileSync: fs.copyFileSync,
      isCloneSupported: () => false, constants: fs.constants,
    };
  `,
  kerberos: 'module.exports = {};',
};

/** The folder of an installed package, looked for upwards from here as Node does. */
function packageFolder(name) {
  for (let folder = here; ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', name);
    if (fs.existsSync(found)) return found;
    if (folder === path.dirname(folder)) throw new Error(`${name} is not installed: run npm ci.`);
  }
}

function writeStandIn(at, name, source) {
  fs.mkdirSync(at);
  fs.writeFileSync(path.join(at, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
  fs.writeFileSync(path.join(at, 'index.js'), source);
}

/** Folder of a VS Code server that can be started: `out/server-main.js` is its entry. Links its modules the first time. */
export function vscodeRoot() {
  const root = path.join(packageFolder('code-server'), 'lib/vscode');
  const modules = path.join(root, 'node_modules');
  const done = path.join(modules, '.linked');
  if (fs.existsSync(done)) return root;
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(here, 'package.json'), 'utf8'));
  for (const name of [...Object.keys(dependencies), ...Object.keys(STAND_INS)]) {
    if (name === 'code-server') continue;
    const at = path.join(modules, name);
    fs.rmSync(at, { recursive: true, force: true });
    fs.mkdirSync(path.dirname(at), { recursive: true });
    if (STAND_INS[name] !== undefined) writeStandIn(at, name, STAND_INS[name]);
    else fs.symlinkSync(path.relative(path.dirname(at), packageFolder(name)), at, 'junction');
  }
  fs.writeFileSync(done, '');
  return root;
}
