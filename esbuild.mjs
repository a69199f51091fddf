// Builds everything that runs: `node esbuild.mjs [--production] [--watch] [--force]`.
//   dist/extension.cjs   the extension host's part (vscode is the only external module)
//   dist/engine.mjs      the engine process, with chunkWorker, embedWorker, embedProcess, rerankProcess and upkeepProcess beside it
//   dist/cli.mjs         the command line
//   dist/webview/        the results panel: main.js, main.css
//   dist/media/          grammars, models, icon font
//   dist/meta.json       esbuild's metafile of each bundle, for the tests that hold the layers

import fs from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { buildStamp, isFresh, stampFile } from './tools/stamp.mjs';

const root = import.meta.dirname;
const dist = path.join(root, 'dist');
const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');

// CommonJS packages inside an ES module still call require.
const requireBanner = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  "import { dirname as __pathDirname } from 'node:path';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  'const __dirname = __pathDirname(__filename);',
].join(' ');

/** @type {esbuild.BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  metafile: true,
  minify: production,
  keepNames: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  target: 'node20',
  platform: 'node',
  define: { QUARRY_VERSION: JSON.stringify(JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version) },
};

/** @type {esbuild.BuildOptions} */
const esModule = { ...common, format: 'esm', outExtension: { '.js': '.mjs' }, outdir: 'dist', banner: { js: requireBanner } };

const panel = readPanelBuild();

/** Bundle name -> options; `entryPoints` maps output names to sources. @type {Record<string, esbuild.BuildOptions>} */
const bundles = {
  extension: {
    ...common,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
  },
  engine: {
    ...esModule,
    entryPoints: {
      engine: 'src/engine/main.ts',
      chunkWorker: 'src/engine/chunkWorker.ts',
      embedWorker: 'src/engine/embedWorker.ts',
      embedProcess: 'src/engine/embedProcess.ts',
      rerankProcess: 'src/engine/rerank/rerankProcess.ts',
      upkeepProcess: 'src/engine/upkeepProcess.ts',
    },
    splitting: true,
    chunkNames: 'engine-[hash]',
    // One package per platform holds LanceDB's native module, and one for all ONNX Runtime's; node resolves them at run time.
    external: ['@lancedb/lancedb-*', './lancedb.*.node', 'onnxruntime-node'],
    // Two copies of Arrow (its ES and its CommonJS build) refuse each other's schemas.
    alias: { 'apache-arrow': './node_modules/apache-arrow/Arrow.node.js' },
  },
  cli: {
    ...esModule,
    entryPoints: { cli: 'src/cli/main.ts' },
    // What only an agent needs is loaded for an agent.
    splitting: true,
    chunkNames: 'cli-[hash]',
    banner: { js: `#!/usr/bin/env node\n${requireBanner}` },
  },
  webview: { ...common, ...panel.options },
};

/** The panel says itself how it is built, for its own tests read the same file: esbuild options, and files to copy. */
function readPanelBuild() {
  const { copy = {}, minify = true, ...options } = JSON.parse(fs.readFileSync(path.join(root, 'webview-ui/build.json'), 'utf8'));
  return { options: { ...options, minify: production && minify }, copy };
}

/** The bundle's options with only the entries whose source exists, or undefined when none does. */
function existing(options) {
  const entries = Object.entries(options.entryPoints).filter(([, source]) => fs.existsSync(path.join(root, source)));
  return entries.length === 0 ? undefined : { ...options, entryPoints: Object.fromEntries(entries) };
}

/** Copies a file when its size or time differs, so that a rebuild costs nothing. */
function copyFile(from, to) {
  const source = fs.statSync(from);
  const target = fs.statSync(to, { throwIfNoEntry: false });
  if (target?.size === source.size && target.mtimeMs === source.mtimeMs) return;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
  fs.utimesSync(to, source.atime, source.mtime);
}

function copyFolder(from, to) {
  for (const entry of fs.readdirSync(from, { withFileTypes: true, recursive: true })) {
    const source = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) copyFile(source, path.join(to, path.relative(from, source)));
  }
}

/** Names and sources of the grammars, read from the chunker's own table. */
async function grammarFiles() {
  const table = path.join(root, 'src/chunking/grammarFiles.ts');
  if (!fs.existsSync(table)) return [];
  const built = await esbuild.build({ entryPoints: [table], bundle: true, write: false, format: 'esm', platform: 'node' });
  const { GRAMMAR_FILES } = await import(`data:text/javascript,${encodeURIComponent(built.outputFiles[0].text)}`);
  return GRAMMAR_FILES;
}

async function copyMedia() {
  const media = path.join(dist, 'media');
  for (const { name, from } of await grammarFiles()) {
    const source = path.join(root, from.startsWith('node_modules/') ? from : path.join('node_modules', from));
    copyFile(source, path.join(media, 'grammars', name));
  }
  const models = path.join(root, 'media/models');
  if (fs.existsSync(models)) copyFolder(models, path.join(media, 'models'));
  for (const [from, to] of Object.entries(panel.copy)) copyFile(path.join(root, from), path.join(root, to));
}

/** Chunks carry a hash in their names; those of earlier builds go. */
function removeStaleChunks(metafiles) {
  const kept = new Set(Object.values(metafiles).flatMap((metafile) => Object.keys(metafile.outputs).map((name) => path.join(root, name))));
  for (const name of fs.readdirSync(dist)) {
    const file = path.join(dist, name);
    if (/^(engine|cli)-[A-Z0-9]+\.mjs(\.map)?$/.test(name) && !kept.has(file)) fs.rmSync(file);
  }
}

async function build() {
  const stamp = buildStamp(root, production);
  const wanted = Object.entries(bundles).flatMap(([name, options]) => {
    const found = existing(options);
    return found === undefined ? [] : [{ name, options: found }];
  });
  fs.mkdirSync(dist, { recursive: true });
  fs.rmSync(stampFile(root), { force: true });
  const metafiles = {};
  const failed = [];
  // A bundle that fails does not keep the others from being built; esbuild has printed its errors.
  await Promise.all(
    wanted.map(async ({ name, options }) => {
      try {
        metafiles[name] = (await esbuild.build(options)).metafile;
      } catch (error) {
        if (!Array.isArray(error?.errors)) throw error;
        failed.push(name);
      }
    }),
  );
  await copyMedia();
  fs.writeFileSync(path.join(dist, 'meta.json'), JSON.stringify(metafiles));
  if (failed.length === 0) {
    removeStaleChunks(metafiles);
    fs.writeFileSync(stampFile(root), stamp);
  }
  const missing = Object.keys(bundles).filter((name) => !(name in metafiles) && !failed.includes(name));
  return { built: Object.keys(metafiles), failed, missing };
}

/** Rebuilds what changed until interrupted. */
async function watch() {
  await copyMedia();
  for (const [name, options] of Object.entries(bundles)) {
    const found = existing(options);
    if (found === undefined) continue;
    const report = {
      name: 'report',
      setup: (hooks) =>
        hooks.onEnd((result) => {
          fs.rmSync(stampFile(root), { force: true });
          console.error(`${name}: ${result.errors.length === 0 ? 'built' : `${result.errors.length} errors`}`);
        }),
    };
    await (await esbuild.context({ ...found, plugins: [report] })).watch();
  }
}

if (flags.has('--watch')) {
  await watch();
} else if (!flags.has('--force') && isFresh(root, production)) {
  console.error('build: nothing changed');
} else {
  const started = performance.now();
  const { built, failed, missing } = await build();
  const parts = [`${built.join(', ')} in ${Math.round(performance.now() - started)} ms`];
  if (missing.length > 0) parts.push(`no source yet for ${missing.join(', ')}`);
  if (failed.length > 0) parts.push(`FAILED: ${failed.join(', ')}`);
  console.error(`build: ${parts.join('; ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
