import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InstalledFile, InstalledModel } from '../core/installedModel.ts';
import { filesOf, type ModelDtype, type ModelEntry, type ModelFile, repositoriesOf, sizeOf } from '../core/modelCatalogue.ts';
import type { ModelLibrary } from '../models/library.ts';
import { DiskFullError, fromDisk, NetworkError, OfflineError } from '../network/errors.ts';
import type { DownloadProgress } from '../network/progress.ts';
import type { ModelOptions, ModelProgressEvent } from '../protocol/models.ts';

const HUB = 'https://huggingface.co';
/** Files of the staging folder that are whole, with what is known of them. */
const NOTE = '.done.json';

export interface ModelDownload {
  readonly library: ModelLibrary;
  readonly entry: ModelEntry;
  readonly dtype: ModelDtype | undefined;
  readonly options: ModelOptions;
  readonly signal: AbortSignal;
  readonly tell: (event: ModelProgressEvent) => void;
}

/** Address of the hub, or of the mirror that stands for it, without a slash at its end. */
export function hubAt(mirror: string): string {
  return (mirror === '' ? HUB : mirror).replace(/\/+$/, '');
}

/**
 * Downloads the files of a model that are not there yet and installs it. Throws a `NetworkError` or `ModelFilesError`; the model that was
 * installed before stays then, and whole files wait for the next attempt.
 */
export async function downloadModel(job: ModelDownload): Promise<InstalledModel> {
  const { library, entry, options } = job;
  if (options.offline) throw new OfflineError();
  const wanted = filesOf(entry, job.dtype);
  const before = await library.find(entry.id);
  const staged = await onDisk(library.folder, () => library.stage(entry.id));
  const known = new Map([...(before?.files ?? []), ...(await readNote(staged))].map((file) => [file.path, file]));
  const done = new Map<string, InstalledFile>();
  for (const file of wanted) {
    const whole = await wholeFile(join(staged, file.path), file, known.get(file.path));
    if (whole !== undefined) done.set(file.path, whole);
  }
  await checkRoom(
    library.folder,
    wanted.filter(({ path }) => !done.has(path)),
  );
  const total = createTotal(wanted, done);
  for (const file of wanted) {
    if (done.has(file.path)) continue;
    const arrived = await fetchFile(job, staged, asBefore(file, known.get(file.path)), file.sha256 !== null, (progress) =>
      job.tell({ id: entry.id, file: file.path, ...total.at(file, progress) }),
    );
    total.finished(file, arrived?.bytes ?? 0);
    if (arrived === undefined) continue;
    done.set(file.path, arrived);
    await onDisk(library.folder, () => writeFile(join(staged, NOTE), JSON.stringify([...done.values()])));
  }
  // Files of another number format that is installed already stay with it.
  const others = (before?.files ?? []).filter(({ path }) => !wanted.some((file) => file.path === path));
  const source = repositoriesOf(wanted)
    .map((repository) => `${hubAt(options.mirror)}/${repository}`)
    .join(' ');
  return onDisk(library.folder, () => library.install(entry, source, [...others, ...done.values()]));
}

/**
 * A file without a digest in the catalogue: what its first download recorded holds from then on, until the model is removed.
 */
function asBefore(file: ModelFile, known: InstalledFile | undefined): ModelFile {
  if (file.sha256 !== null || known === undefined) return file;
  return { ...file, sha256: known.sha256, revision: file.revision ?? known.revision };
}

async function fetchFile(
  { options, signal }: ModelDownload,
  staged: string,
  file: ModelFile,
  isPinned: boolean,
  onProgress: (progress: DownloadProgress) => void,
): Promise<InstalledFile | undefined> {
  const { download } = await import('../network/download.ts');
  const to = join(staged, file.path);
  await onDisk(staged, () => mkdir(dirname(to), { recursive: true }));
  const path = file.source.split('/').map(encodeURIComponent).join('/');
  const url = `${hubAt(options.mirror)}/${file.repository}/resolve/${file.revision ?? 'main'}/${path}`;
  try {
    const { sha256, bytes, commit } = await download(url, {
      to,
      sha256: file.sha256,
      bytes: file.size.exact ? file.size.bytes : null,
      settings: { offline: options.offline, proxy: options.proxy ?? '' },
      signal,
      onProgress,
    });
    return { path: file.path, bytes, sha256, revision: file.revision ?? commit, pinned: isPinned };
  } catch (error) {
    if (file.optional === true && error instanceof NetworkError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** What is known of a file that is there and right; one that is not right is deleted. */
async function wholeFile(path: string, file: ModelFile, known: InstalledFile | undefined): Promise<InstalledFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const sha256 = hash.digest('hex');
  if (sha256 === (file.sha256 ?? known?.sha256))
    return { path: file.path, bytes: found.size, sha256, revision: file.revision ?? known?.revision ?? null, pinned: file.sha256 !== null };
  await rm(path);
  return undefined;
}

async function readNote(staged: string): Promise<readonly InstalledFile[]> {
  try {
    const files: unknown = JSON.parse(await readFile(join(staged, NOTE), 'utf8'));
    return Array.isArray(files) ? (files as InstalledFile[]) : [];
  } catch {
    // No note, or one cut short: those files are downloaded again.
    return [];
  }
}

/** Says so before it starts when the disk cannot hold the files: better than after an hour. */
async function checkRoom(folder: string, files: readonly ModelFile[]): Promise<void> {
  const { bytes } = sizeOf(files);
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );
  const megabytes = (count: number) => `${Math.ceil(count / 1_000_000)} MB`;
  if (bytes > free) throw new DiskFullError(folder, `: ${megabytes(bytes)} are needed, ${megabytes(free)} are free`);
}

/** Sums over the files; sizes of the catalogue give way to those that servers say. */
function createTotal(files: readonly ModelFile[], done: ReadonlyMap<string, InstalledFile>) {
  const sizes = new Map(files.map(({ path, size }) => [path, done.get(path)?.bytes ?? size.bytes]));
  const whole = new Map([...done].map(([path, { bytes }]) => [path, bytes]));
  const sum = (values: Iterable<number>) => [...values].reduce((all, one) => all + one, 0);
  return {
    at({ path }: ModelFile, progress: DownloadProgress) {
      if (progress.total !== null) sizes.set(path, progress.total);
      const bytes = sum(whole.values()) + progress.bytes;
      const total = Math.max(bytes, sum(sizes.values()));
      const rate = progress.bytesPerSecond;
      return { bytes, total, bytesPerSecond: rate, secondsLeft: rate > 0 ? Math.round((total - bytes) / rate) : null };
    },
    finished({ path }: ModelFile, bytes: number) {
      sizes.set(path, bytes);
      whole.set(path, bytes);
    },
  };
}

/** Errors of the disk as sentences; others pass. */
async function onDisk<T>(folder: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof Error && 'code' in error && 'errno' in error ? fromDisk(error, folder) : error;
  }
}
