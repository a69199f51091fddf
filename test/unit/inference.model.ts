import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { InstalledFile } from '../../src/core/installedModel.ts';
import type { EmbedderEntry } from '../../src/core/modelCatalogue.ts';
import type { EmbedderSource } from '../../src/inference/embedder.ts';
import { findModel } from '../../src/models/catalogue.ts';

/** The tiny models of the fixtures, with random weights, as the product sees installed ones. */

export const MODELS = path.resolve(import.meta.dirname, '../fixtures/models');
export const MAIN = 'nomic-ai/CodeRankEmbed';

export function embedderEntry(id: string): EmbedderEntry {
  const entry = findModel(id);
  if (entry?.role !== 'embedder') throw new Error(`${id} is no embedder`);
  return entry;
}

export function installedFiles(folder: string): readonly InstalledFile[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .map((name) => {
      const bytes = fs.readFileSync(path.join(folder, name));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { path: name.replaceAll('\\', '/'), bytes: bytes.length, sha256, revision: null, pinned: false };
    });
}

export function tinyEmbedder(change: Partial<EmbedderEntry> = {}): EmbedderSource {
  const folder = path.join(MODELS, 'nomic');
  return { entry: { ...embedderEntry(MAIN), ...change }, folder, files: installedFiles(folder), wish: 'auto' };
}
