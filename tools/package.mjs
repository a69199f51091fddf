// `npm run package [-- <target>]`: the VSIX for one platform, such as linux-x64, darwin-arm64 or win32-x64.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Complaint, root, runToEnd } from './install.mjs';

/** VS Code's name of a platform -> LanceDB's; of the folder in ONNX Runtime's package it is the same with a slash, where there is one. */
const NATIVES = {
  'linux-x64': 'linux-x64-gnu',
  'linux-arm64': 'linux-arm64-gnu',
  'alpine-x64': 'linux-x64-musl',
  'alpine-arm64': 'linux-arm64-musl',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-x64-msvc',
  'win32-arm64': 'win32-arm64-msvc',
};

/** Fetches a package of another platform as npm would, at the version that the lock file names. */
function fetchPackage(name, to) {
  const lock = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const version = lock.packages[`node_modules/${name}`]?.version;
  if (version === undefined) throw new Complaint(`The lock file does not name ${name}.`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-native-'));
  try {
    const shell = process.platform === 'win32';
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell,
    });
    const [archive] = fs.readdirSync(folder);
    if (archive === undefined) throw new Complaint(`npm pack ${name}@${version} made no file.`);
    fs.mkdirSync(to, { recursive: true });
    execFileSync('tar', ['-xzf', path.join(folder, archive), '--strip-components=1', '-C', to]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts native modules of the platform where dist/engine.mjs finds them: dist/node_modules. */
function stageNatives(target) {
  fs.rmSync(path.join(root, 'dist/node_modules'), { recursive: true, force: true });
  stageRuntime(target.replace('-', '/'));
  const name = `@lancedb/lancedb-${NATIVES[target]}`;
  const to = path.join(root, 'dist/node_modules', name);
  const installed = path.join(root, 'node_modules', name);
  if (fs.existsSync(installed)) fs.cpSync(installed, to, { recursive: true });
  else fetchPackage(name, to);
}

/**
 * ONNX Runtime brings the binaries of every platform, so the platform's own are picked. There are none for Alpine: the bundled embedder
 * serves there. CUDA's are not among them: they are no part of the package, but of an installation by hand.
 * @param {string} folder of the platform: `linux/x64`
 */
function stageRuntime(folder) {
  const from = path.join(root, 'node_modules/onnxruntime-node');
  const binaries = path.join('bin/napi-v6', folder);
  if (!fs.existsSync(path.join(from, binaries))) return;
  const stage = (name, parts, wanted) => {
    for (const part of ['package.json', ...parts])
      fs.cpSync(path.join(root, 'node_modules', name, part), path.join(root, 'dist/node_modules', name, part), {
        recursive: true,
        filter: (source) => fs.statSync(source).isDirectory() || wanted.test(path.basename(source)),
      });
  };
  // The library of macOS stands there twice, once by its full version, which nothing asks for.
  stage('onnxruntime-node', ['dist', binaries], /^(package\.json|.*\.(js|node|dll)|libonnxruntime\.(so\.1|1\.dylib))$/);
  stage('onnxruntime-common', ['dist/cjs'], /^(package\.json|.*\.js)$/);
}

/**
 * Packages what dist/ holds now; resolves to the exit code.
 * @param {readonly string[]} args the target, and `--out <file>`
 */
export async function packageExtension(args) {
  const outAt = args.indexOf('--out');
  const out = outAt === -1 ? undefined : args[outAt + 1];
  const target = args.find((arg, index) => !arg.startsWith('-') && index !== outAt + 1) ?? `${process.platform}-${process.arch}`;
  if (!Object.hasOwn(NATIVES, target))
    throw new Complaint(`There is no package for ${target}. Targets: ${Object.keys(NATIVES).join(', ')}.`);
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const file = path.resolve(out ?? path.join(root, `quarry-${target}-${version}.vsix`));
  stageNatives(target);
  const flags = ['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository', '--skip-license'];
  try {
    const code = await runToEnd('vsce', ['package', '--target', target, ...flags, '--out', file], { shell: process.platform === 'win32' });
    if (code === 0) console.log(`${file}: ${(fs.statSync(file).size / 1e6).toFixed(1)} MB`);
    return code;
  } finally {
    // Those of another platform would stand before this one's.
    fs.rmSync(path.join(root, 'dist/node_modules'), { recursive: true, force: true });
  }
}
