import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { InstalledFile } from '../core/installedModel.ts';
import type { ModelDtype, ModelEntry, ModelFile, ModelVariant } from '../core/modelCatalogue.ts';
import { ModelFilesError } from './checkFiles.ts';

/** A file to import, and what it is called in the model's folder. */
export interface WantedFile {
  /** Path in the folder that is imported. */
  readonly from: string;
  readonly path: string;
}

/** What other tools call the weights in one number format; the catalogue's name comes before these. */
const OTHER_NAMES: Readonly<Partial<Record<ModelDtype, readonly string[]>>> = {
  q8: ['model_int8', 'model_uint8', 'model_qint8_avx512_vnni', 'model_qint8_avx512', 'model_quint8_avx2', 'model_qint8_arm64'],
  fp16: ['model_float16'],
  fp32: ['model_fp32'],
};
/** Weights that stand beside a graph, whatever the catalogue knows of the export. */
const BESIDE = ['_data', '.data'];

/**
 * The files of a folder that make the model: those of the catalogue's entry, with all weights of at least one number format, also where
 * another tool has put or named them. Throws `ModelFilesError` naming what is missing.
 */
export async function wantedFiles(entry: ModelEntry, from: string): Promise<readonly WantedFile[]> {
  if (!(await isThere(from, 'directory'))) throw new ModelFilesError(`There is no folder ${from}.`);
  const has = (path: string) => isThere(join(from, path), 'file');
  const wanted: WantedFile[] = [];
  const missing: string[] = [];
  for (const { path, optional } of entry.files) {
    if (await has(path)) wanted.push({ from: path, path });
    else if (optional !== true) missing.push(path);
  }
  const taken = new Set<string>();
  for (const variant of entry.variants) {
    const found = await findVariant(variant, from, taken);
    for (const file of found) taken.add(file.from);
    wanted.push(...found);
  }
  if (taken.size === 0) missing.push(entry.variants.map(({ files }) => files.map(({ path }) => path).join(' with ')).join(' or '));
  if (missing.length > 0) throw new ModelFilesError(`${from} does not hold ${entry.id}: ${missing.join(', ')} missing.`);
  return wanted;
}

/** The files of one number format; none when they are not all there. */
async function findVariant({ dtype, files }: ModelVariant, from: string, taken: ReadonlySet<string>): Promise<readonly WantedFile[]> {
  const found: WantedFile[] = [];
  for (const file of files) {
    if (!file.path.endsWith('.onnx')) continue;
    const graph = await findGraph(file, dtype, from, taken);
    if (graph === undefined) return [];
    found.push({ from: graph, path: file.path });
    // The graph knows its weights by the name that they have.
    for (const suffix of BESIDE) {
      const beside = `${graph}${suffix}`;
      if (await isThere(join(from, beside), 'file')) found.push({ from: beside, path: `${dirname(file.path)}/${basename(beside)}` });
    }
  }
  const others = files.filter(({ path }) => !path.endsWith('.onnx'));
  return others.every(({ path }) => found.some((one) => one.path === path)) ? found : [];
}

async function findGraph(file: ModelFile, dtype: ModelDtype, from: string, taken: ReadonlySet<string>): Promise<string | undefined> {
  const names = [basename(file.path), ...(OTHER_NAMES[dtype] ?? []).map((name) => `${name}.onnx`)];
  const places = [file.path, ...names.map((name) => `onnx/${name}`), ...names];
  for (const place of places) if (!taken.has(place) && (await isThere(join(from, place), 'file'))) return place;
  // In its own repository it has another name, which may be that of another format: only its digest tells.
  if (file.sha256 !== null && (await isThere(join(from, file.source), 'file')) && (await digestOf(join(from, file.source))) === file.sha256)
    return file.source;
  return undefined;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/** Copies the files, with their digests. Links are followed, as the cache folders of other tools are made of them. */
export async function copyModelFiles(
  entry: ModelEntry,
  from: string,
  files: readonly WantedFile[],
  to: string,
  signal?: AbortSignal,
): Promise<readonly InstalledFile[]> {
  const pins = new Map([...entry.files, ...entry.variants.flatMap((variant) => variant.files)].map((file) => [file.path, file]));
  const copied: InstalledFile[] = [];
  for (const { from: source, path } of files) {
    const { bytes, sha256 } = await copyFile(join(from, source), join(to, path), signal);
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
