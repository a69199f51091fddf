import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

/** What may and may not be inside each bundle, read from esbuild's own account of the build. */

const repository = path.resolve(import.meta.dirname, '../..');

interface Import {
  readonly path: string;
  readonly kind: string;
  readonly external?: boolean;
}
interface Metafile {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly Import[] }>>;
  readonly outputs: Readonly<Record<string, { readonly imports: readonly Import[]; readonly inputs: Readonly<Record<string, unknown>> }>>;
}

const BUNDLES = ['extension', 'engine', 'cli', 'webview'] as const;
type Bundle = (typeof BUNDLES)[number];

let meta: Readonly<Record<Bundle, Metafile>>;

beforeAll(() => {
  execFileSync(process.execPath, [path.join(repository, 'esbuild.mjs')], { cwd: repository, stdio: 'pipe' });
  meta = JSON.parse(fs.readFileSync(path.join(repository, 'dist/meta.json'), 'utf8'));
});

const inputs = (bundle: Bundle): readonly string[] => Object.keys(meta[bundle].inputs);

/** Folders of src that a bundle's own code comes from. */
const layers = (bundle: Bundle): readonly string[] =>
  [...new Set(inputs(bundle).flatMap((file) => /^src\/([^/]+)\//.exec(file)?.[1] ?? []))].sort();

/** Modules that stay outside a bundle and are not Node's own. */
function externals(bundle: Bundle): readonly string[] {
  const outside = Object.values(meta[bundle].outputs).flatMap((output) => output.imports.filter((one) => one.external === true));
  const node = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
  return [...new Set(outside.map((one) => one.path))].filter((name) => !node.has(name)).sort();
}

/** Sources of the engine that come with an output file and with whatever it imports at once. */
function loadedAtStart(output: string, seen = new Set<string>()): readonly string[] {
  const found = meta.engine.outputs[output];
  if (found === undefined || seen.has(output)) return [];
  seen.add(output);
  const next = found.imports.filter((one) => one.kind === 'import-statement').flatMap((one) => loadedAtStart(one.path, seen));
  return [...Object.keys(found.inputs), ...next];
}

describe('the extension host bundle', () => {
  const absent = ['@lancedb/', 'apache-arrow', 'onnxruntime', '@huggingface/', 'web-tree-sitter', 'tree-sitter-'];
  test.each(absent)('holds nothing of %s', (name) => {
    expect(inputs('extension').filter((file) => file.includes(`node_modules/${name}`))).toEqual([]);
  });
  test('needs no module at run time but vscode', () => expect(externals('extension')).toEqual(['vscode']));
  test('holds no native module and no WebAssembly', () =>
    expect(inputs('extension').filter((file) => /\.(node|wasm)$/.test(file))).toEqual([]));
  test('is made of its layers only', () => {
    for (const layer of layers('extension')) expect(['client', 'core', 'host', 'protocol']).toContain(layer);
  });
});

describe('the command line bundle', () => {
  test('needs no module at run time', () => expect(externals('cli')).toEqual([]));
  test('is made of its layers only', () => {
    for (const layer of layers('cli')) expect(['cli', 'client', 'core', 'protocol']).toContain(layer);
  });
});

describe('the engine bundle', () => {
  test("needs nothing at run time but LanceDB's and ONNX Runtime's native modules", () => {
    for (const name of externals('engine')) expect(name).toMatch(/^(@lancedb\/lancedb-|\.\/lancedb\.)/);
    expect(externals('engine')).toContain('@lancedb/lancedb-linux-x64-gnu');
  });
  test('loads what runs models only when a model is wanted', () => {
    const library = /node_modules\/@huggingface\//;
    expect(inputs('engine').some((file) => library.test(file))).toBe(true);
    for (const entry of ['engine', 'chunkWorker', 'embedWorker'])
      expect(loadedAtStart(`dist/${entry}.mjs`).filter((file) => library.test(file) || file.startsWith('src/inference/'))).toEqual([]);
  });
  test('holds one copy of Arrow', () => {
    const arrow = inputs('engine').filter((file) => file.includes('node_modules/apache-arrow/'));
    expect(arrow.length).toBeGreaterThan(0);
    expect(arrow.filter((file) => file.endsWith('.mjs'))).toEqual([]);
  });
  test('knows no face', () => {
    for (const face of ['host', 'cli', 'client']) expect(layers('engine')).not.toContain(face);
  });
});

describe('the panel bundle', () => {
  test('is made of core and protocol only', () => {
    for (const layer of layers('webview')) expect(['core', 'protocol']).toContain(layer);
    expect(externals('webview')).toEqual([]);
  });
});

describe('no network', () => {
  const network = /^(node:)?(http|https|http2|net|tls|dgram|dns)(\/.*)?$/;
  const own = (file: string): boolean => file.startsWith('src/') || file.startsWith('webview-ui/');

  /** The one module that may, in the engine only. */
  const mayReachOut = (file: string): boolean => file.startsWith('src/network/');

  test.each(BUNDLES)('own code in %s imports no network module', (bundle) => {
    const imports = Object.entries(meta[bundle].inputs).filter(([file]) => own(file) && !mayReachOut(file));
    expect(imports.length).toBeGreaterThan(0);
    for (const [file, { imports: of }] of imports)
      expect(
        of.filter((one) => network.test(one.path)).map((one) => one.path),
        file,
      ).toEqual([]);
  });

  test.each([
    ['src/network/download.ts', 'src/engine/modelDownload.ts'],
    ['src/network/embeddingServer.ts', 'src/engine/endpointEmbedder.ts'],
    ['src/network/chatServer.ts', 'src/engine/rerank/listwise.ts'],
  ])('%s is in the engine, and loaded only when a person has asked for it', (module, importer) => {
    for (const bundle of BUNDLES) expect(inputs(bundle).some(mayReachOut), bundle).toBe(bundle === 'engine');
    const importers = Object.entries(meta.engine.inputs).filter(([, { imports }]) => imports.some((one) => one.path === module));
    expect(importers.map(([file]) => file)).toEqual([importer]);
    const [[, { imports }] = ['', { imports: [] }]] = importers;
    expect(imports.find((one) => one.path === module)).toMatchObject({ kind: 'dynamic-import' });
  });

  test('own code calls nothing that reaches out', () => {
    const files = new Set(BUNDLES.flatMap((bundle) => inputs(bundle).filter(own)));
    for (const file of files)
      expect(fs.readFileSync(path.join(repository, file), 'utf8'), file).not.toMatch(
        /\bfetch\(|\bnew (WebSocket|EventSource|XMLHttpRequest)\b|sendBeacon/,
      );
  });
});
