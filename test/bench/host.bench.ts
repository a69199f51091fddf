// Measures what the extension host feels of models at work in a real VS Code: `npm run bench:host [-- <folder>]`, with a folder as
// `npm run bench:models` takes it. The probe is no part of the extension: it stands in the same process and watches its event loop.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { findModel } from '../../src/models/catalogue.ts';
import { openLibrary } from '../../src/models/library.ts';
import { runInHost } from '../runner/runInHost.ts';
import { sourceFiles } from './corpus.ts';

const ROOT = join(import.meta.dirname, '../..');
const TINY = join(import.meta.dirname, '../fixtures/models');
const DEADLINE_MS = 540_000;
const FILES = 400;
const EMBEDDER = 'nomic-ai/CodeRankEmbed';
const RERANKER = 'cross-encoder/ms-marco-MiniLM-L-6-v2';

const [named] = process.argv.slice(2);
const folder = resolve(named ?? TINY);
if (!existsSync(folder)) {
  console.error(`${folder} does not exist.`);
  process.exit(2);
}
const home = mkdtempSync(join(tmpdir(), 'quarry-bench-'));
try {
  const models = join(home, 'models');
  for (const [id, kind] of [
    [EMBEDDER, 'nomic'],
    [RERANKER, 'cross'],
  ] as const) {
    // Whatever the graph's number format is: the catalogue finds it by its name.
    const copy = join(home, kind);
    cpSync(join(folder, kind), copy, { recursive: true });
    const entry = findModel(id);
    if (entry !== undefined) await openLibrary(models).importFolder(entry, copy);
  }
  console.log(`Models of ${folder === TINY ? 'the fixtures (tiny)' : folder}`);
  process.exitCode = await runInHost({
    entry: 'test/bench/host.suite.ts',
    deadlineMs: DEADLINE_MS,
    settings: { 'quarry.models.folder': models, 'quarry.models.offline': true, 'quarry.embedding.model': 'bundled' },
    prepare: (workspace) => {
      let count = 0;
      for (const { path, text } of sourceFiles(join(ROOT, 'node_modules'))) {
        if (++count > FILES) break;
        const file = join(workspace, 'sources', path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    },
  });
} finally {
  rmSync(home, { recursive: true, force: true });
}
