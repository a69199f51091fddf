import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InstalledFile } from '../core/installedModel.ts';
import type { ModelEntry } from '../core/modelCatalogue.ts';
import { ModelFilesError } from './checkFiles.ts';

/**
 * The files of a folder that make the model: those of the catalogue's entry, with all weights of at least one number format. Throws
 * `ModelFilesError` naming what is missing.
 */
export async function wantedFiles(entry: ModelEntry, from: string): Promise<readonly string[]> {
  if (!(await isThere(from, 'directory'))) throw new ModelFilesError(`There is no folder ${from}.`);
  const has = (path: string) => isThere(join(from, path), 'file');
  const wanted: string[] = [];
  const missing: string[] = [];
  for (const { path, optional } of entry.files) {
    if (await has(path)) wanted.push(path);
    else if (optional !== true) missing.push(path);
  }
  let complete = 0;
  for (const { files } of entry.variants) {
    const present = await Promise.all(files.map(({ path }) => has(path)));
    if (!present.every((one) => one)) continue;
    complete++;
    wanted.push(...files.map(({ path }) => path));
    // Weights may stand beside the graph, whatever the catalogue knows of the export.
    for (const { path } of files) if (path.endsWith('.onnx') && (await has(`${path}_data`))) wanted.push(`${path}_data`);
  }
  if (complete === 0) missing.push(entry.variants.map(({ files }) => files.map(({ path }) => path).join(' with ')).join(' or '));
  if (missing.length > 0) throw new ModelFilesError(`${from} does not hold ${entry.id}: ${missing.join(', ')} missing.`);
  return [...new Set(wanted)];
}

/** Copies the files, with their digests. Links are followed, as the cache folders of other tools are made of them. */
export async function copyModelFiles(
  entry: ModelEntry,
  from: string,
  paths: readonly string[],
  to: string,
  signal?: AbortSignal,
): Promise<readonly InstalledFile[]> {
  const pins = new Map([...entry.files, ...entry.variants.flatMap(({ files }) => files)].map((file) => [file.path, file]));
  const copied: InstalledFile[] = [];
  for (const path of paths) {
    const { bytes, sha256 } = await copyFile(join(from, path), join(to, path), signal);
    const pin = pins.get(path);
    const pinned = pin?.sha256 === sha256;
    copied.push({ path, bytes, sha256, revision: pinned ? (pin?.revision ?? null) : null, pinned });
  }
  return copied;
}

async function copyFile(from: string, to: string, signal: AbortSignal | undefined): Promise<{ bytes: number; sha256: string }> {
  await mkdir(dirname(to), { recursive: true });
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(to, 'wx');
  try {
    for await (const chunk of createReadStream(from, signal === undefined ? {} : { signal }) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.length;
      for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function isThere(path: string, kind: 'file' | 'directory'): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return kind === 'file' ? found?.isFile() === true : found?.isDirectory() === true;
}
