import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The layers of src/ARCHITECTURE.md: lint rules hold them, and this file proves that the rules bite. */

const repository = path.resolve(import.meta.dirname, '../..');

interface Case {
  /** File that the import stands in, and what it imports. */
  readonly from: string;
  readonly imports: string;
  readonly allowed: boolean;
}

const allowed = (from: string, imports: string): Case => ({ from, imports, allowed: true });
const refused = (from: string, imports: string): Case => ({ from, imports, allowed: false });

const CASES: readonly Case[] = [
  allowed('src/core/ranking/a.ts', "import { x } from '../chunk.ts';"),
  allowed('src/core/a.ts', "import { x } from './files.ts';"),
  refused('src/core/a.ts', "import { x } from '../protocol/search.ts';"),
  refused('src/core/ranking/a.ts', "import type { x } from '../../protocol/search.ts';"),
  refused('src/core/a.ts', "import { x } from '../engine/main.ts';"),
  refused('src/core/a.ts', "import x from 'node:fs';"),
  refused('src/core/a.ts', "import x from 'vscode';"),
  allowed('src/protocol/a.ts', "import { x } from '../core/chunk.ts';"),
  refused('src/protocol/a.ts', "import { x } from '../client/engine.ts';"),
  allowed('src/client/a.ts', "import { x } from '../protocol/engine.ts';"),
  refused('src/client/a.ts', "import { x } from '../engine/main.ts';"),
  refused('src/client/a.ts', "import x from 'vscode';"),
  allowed('src/host/a.ts', "import { x } from '../client/engine.ts';"),
  allowed('src/host/panel/a.ts', "import x from 'vscode';"),
  refused('src/host/a.ts', "export { x } from '../engine/main.ts';"),
  refused('src/host/panel/a.ts', "import type { x } from '../../store/types.ts';"),
  refused('src/host/a.ts', "import { x } from '../models/bundled.ts';"),
  refused('src/host/a.ts', "import { x } from '../chunking/chunker.ts';"),
  refused('src/host/a.ts', "import { x } from '../files/git.ts';"),
  refused('src/host/a.ts', "import { x } from '../cli/main.ts';"),
  refused('src/host/a.ts', "const x = await import('../engine/main.ts');"),
  allowed('src/cli/a.ts', "import { x } from '../client/engine.ts';"),
  refused('src/cli/a.ts', "import { x } from '../engine/main.ts';"),
  refused('src/cli/a.ts', "import x from 'vscode';"),
  allowed('src/chunking/a.ts', "import x from 'web-tree-sitter';"),
  refused('src/chunking/a.ts', "import { x } from '../store/types.ts';"),
  refused('src/models/a.ts', "import { x } from '../chunking/chunker.ts';"),
  refused('src/models/a.ts', "import x from '@lancedb/lancedb';"),
  refused('src/models/a.ts', "import { x } from '../inference/session.ts';"),
  refused('src/models/a.ts', "import x from 'onnxruntime-node';"),
  allowed('src/inference/a.ts', "import x from 'onnxruntime-node';"),
  allowed('src/inference/a.ts', "import x from '@huggingface/transformers';"),
  allowed('src/inference/a.ts', "import { x } from '../core/embedder.ts';"),
  refused('src/inference/a.ts', "import { x } from '../models/library.ts';"),
  refused('src/inference/a.ts', "import { x } from '../protocol/models.ts';"),
  refused('src/inference/a.ts', "import { x } from '../network/download.ts';"),
  refused('src/inference/a.ts', "import x from 'node:http';"),
  allowed('src/engine/a.ts', "import { x } from '../inference/session.ts';"),
  refused('src/engine/a.ts', "import x from 'onnxruntime-node';"),
  refused('src/engine/a.ts', "const x = await import('@huggingface/transformers');"),
  refused('src/host/a.ts', "import { x } from '../inference/session.ts';"),
  refused('src/host/a.ts', "import x from 'onnxruntime-node';"),
  refused('src/cli/a.ts', "import x from '@huggingface/transformers';"),
  allowed('src/store/a.ts', "import x from '@lancedb/lancedb';"),
  allowed('src/store/a.ts', "import x from 'apache-arrow';"),
  refused('src/store/a.ts', "import x from 'web-tree-sitter';"),
  refused('src/files/a.ts', "import { x } from '../protocol/engine.ts';"),
  allowed('src/engine/a.ts', "import { x } from '../store/types.ts';"),
  allowed('src/engine/a.ts', "import { x } from '../protocol/engine.ts';"),
  refused('src/engine/a.ts', "import { x } from '../host/commands.ts';"),
  refused('src/engine/a.ts', "import x from '@lancedb/lancedb';"),
  refused('src/engine/a.ts', "import x from 'apache-arrow';"),
  refused('src/engine/a.ts', "import x from 'vscode';"),
  allowed('src/engine/a.ts', "import { x } from '../network/download.ts';"),
  allowed('src/network/a.ts', "import x from 'node:https';"),
  refused('src/network/a.ts', "import { x } from '../models/library.ts';"),
  refused('src/network/a.ts', "import { x } from '../protocol/models.ts';"),
  refused('src/models/a.ts', "import { x } from '../network/download.ts';"),
  refused('src/models/a.ts', "import x from 'node:https';"),
  refused('src/engine/a.ts', "import x from 'node:http';"),
  refused('src/store/a.ts', "import x from 'node:net';"),
  refused('src/files/a.ts', "import x from 'node:dns/promises';"),
  refused('src/client/a.ts', "import x from 'node:tls';"),
  refused('src/cli/a.ts', "import { x } from '../network/download.ts';"),
  refused('src/host/a.ts', "import { x } from '../network/download.ts';"),
  refused('src/host/a.ts', "import x from 'undici';"),
  refused('src/extension.ts', "import { x } from './network/download.ts';"),
  allowed('src/extension.ts', "import { x } from './host/commands.ts';"),
  refused('src/extension.ts', "import { x } from './engine/main.ts';"),
  refused('src/host/a.ts', "import { x } from '../extension.ts';"),
  allowed('webview-ui/view/a.tsx', "import type { x } from '../../src/protocol/panel.ts';"),
  refused('webview-ui/view/a.tsx', "import { x } from '../../src/client/engine.ts';"),
  refused('webview-ui/a.tsx', "import x from 'vscode-jsonrpc';"),
  refused('webview-ui/a.tsx', "import x from 'node:path';"),
];

interface Report {
  readonly diagnostics: readonly { readonly location: { readonly path: string; readonly start: { readonly line: number } } }[];
}

/** Writes each file with one import a line, lints them all with the repository's rules, and returns `file:line` of what was refused. */
function lintCases(folder: string): ReadonlySet<string> {
  const { vcs: _, $schema: __, ...config } = JSON.parse(fs.readFileSync(path.join(repository, 'biome.json'), 'utf8'));
  fs.writeFileSync(path.join(folder, 'biome.json'), JSON.stringify(config));
  for (const { from, imports } of CASES) {
    fs.mkdirSync(path.dirname(path.join(folder, from)), { recursive: true });
    fs.appendFileSync(path.join(folder, from), `${imports}\n`);
  }
  const biome = path.join(repository, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const { diagnostics }: Report = JSON.parse(stdout);
  return new Set(diagnostics.map(({ location }) => `${location.path}:${location.start.line}`));
}

describe('the lint rules', () => {
  const lines = new Map<string, number>();
  const placed = CASES.map((one) => {
    const line = (lines.get(one.from) ?? 0) + 1;
    lines.set(one.from, line);
    return { ...one, place: `${one.from}:${line}` };
  });
  let folder = '';
  let refusedPlaces: ReadonlySet<string> = new Set();

  beforeAll(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-layers-')));
    refusedPlaces = lintCases(folder);
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  test.each(placed)('$from: $imports (allowed: $allowed)', ({ place, allowed: expected }) => {
    expect(refusedPlaces.has(place)).toBe(!expected);
  });

  test('know every folder of src', () => {
    const config = JSON.parse(fs.readFileSync(path.join(repository, 'biome.json'), 'utf8'));
    const known = config.overrides.flatMap((override: { readonly includes: readonly string[] }) => override.includes);
    const folders = fs.readdirSync(path.join(repository, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) expect(known).toContain(`src/${name}/**`);
  });
});

/** Relative imports of every source file, types included: file -> files. */
function importGraph(): ReadonlyMap<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>();
  for (const top of ['src', 'webview-ui'])
    for (const entry of fs.readdirSync(path.join(repository, top), { withFileTypes: true, recursive: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      const specifiers = fs.readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g);
      graph.set(
        file,
        [...specifiers].map(([, specifier = '']) => path.resolve(path.dirname(file), specifier)),
      );
    }
  return graph;
}

/** The first cycle found, as the files on the way round, or an empty list. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): readonly string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...way, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe('the import graph', () => {
  test('a cycle is found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['d', ['b']],
    ]);
    expect(findCycle(graph)).toEqual(['b', 'd', 'b']);
  });

  test('the sources have none', () => {
    const graph = importGraph();
    expect(graph.size).toBeGreaterThan(50);
    expect([...graph.values()].flat().length).toBeGreaterThan(50);
    expect(findCycle(graph).map((file) => path.relative(repository, file))).toEqual([]);
  });
});
