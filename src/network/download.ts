import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { basename } from 'node:path';
import { type Duplex, pipeline, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { CancelledError, CutConnectionError, fromSocket, NetworkError, WrongDigestError } from './errors.ts';
import { type NetworkSettings, type Opened, open, silence } from './open.ts';
import { openPart, type PartFile } from './partFile.ts';
import { createMeter, type DownloadProgress } from './progress.ts';

export interface DownloadOptions {
  /** Absolute path of the file; its folder exists. What arrives stands in `<to>.part` until it is verified. */
  readonly to: string;
  /** Hexadecimal SHA-256, or null where it is not known. */
  readonly sha256: string | null;
  /** Exact size in bytes, or null where it is not known. */
  readonly bytes: number | null;
  readonly settings: NetworkSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Attempts in a row that bring nothing before it gives up; default 5. */
  readonly attempts?: number;
  /** First wait between attempts, doubled each time; default 1000. */
  readonly retryMs?: number;
  /** A connection on which nothing moves for this long counts as cut; default 30000. */
  readonly stallMs?: number;
}

export interface Downloaded {
  readonly sha256: string;
  readonly bytes: number;
  /** Commit that the hub said it served; null where it said none. */
  readonly commit: string | null;
}

const LONGEST_WAIT_MS = 60_000;
/** A connection that brings no more than this in so many times the patience with silence is of no use. */
const LEAST_BYTES = 64 * 1024;
const DRIP_PATIENCE = 10;

/**
 * Downloads one file: resumed where an earlier attempt ended, verified while it arrives, and put in its place only when it is right.
 * Throws a `NetworkError`, whose message is a sentence for a person. After a wrong file and on a full disk nothing is kept; after a
 * cancellation or a cut connection the part is.
 */
export async function download(url: string, options: DownloadOptions): Promise<Downloaded> {
  const signal = options.signal ?? new AbortController().signal;
  const attempts = options.attempts ?? 5;
  const part = await openPart(options.to);
  try {
    let failures = 0;
    for (;;) {
      const before = part.bytes;
      try {
        return await attempt(url, part, options, signal);
      } catch (error) {
        if (!(error instanceof NetworkError) || !error.transient) throw error;
        // An attempt that brought a good deal shows that the way is open.
        failures = part.bytes - before >= LEAST_BYTES ? 1 : failures + 1;
        if (failures >= attempts) throw error;
        const wait = Math.max((options.retryMs ?? 1000) * 2 ** (failures - 1), error.retryAfterMs);
        await sleep(Math.min(wait, LONGEST_WAIT_MS), undefined, { signal }).catch(() => {
          throw new CancelledError();
        });
      }
    }
  } catch (error) {
    if (error instanceof NetworkError && ['wrong-digest', 'wrong-size', 'disk-full'].includes(error.code)) await part.discard();
    throw error;
  } finally {
    await part.close();
    // An empty part is of no use to a later attempt.
    if (part.bytes === 0) await part.discard();
  }
}

async function attempt(url: string, part: PartFile, options: DownloadOptions, signal: AbortSignal): Promise<Downloaded> {
  const stallMs = options.stallMs ?? 30_000;
  if (options.bytes !== null && part.bytes > options.bytes) await part.clear();
  if (!mayResume(part, url, options)) await part.clear();
  const etag = part.origin?.url === url ? part.origin.etag : '';
  const headers: Record<string, string> =
    part.bytes === 0 ? {} : { range: `bytes=${part.bytes}-`, ...(etag === '' ? {} : { 'if-range': etag }) };
  const opened = await open(url, { settings: options.settings, headers, signal, stallMs });
  const { response, hints } = opened;
  const total = await place(opened, part);
  const resumed = part.bytes > 0;
  const expected = options.sha256 ?? linkedDigest(hints);
  await part.remember({ url, etag: strongEtag(response.headers) });
  if (response.statusCode !== 416) await receive(opened, part, total ?? options.bytes, options, signal, stallMs);
  else response.destroy();
  const sha256 = part.hash.copy().digest('hex');
  const wrong = wrongSize(part, total, options, opened) ?? wrongDigest(options.to, expected, sha256);
  if (wrong !== undefined) {
    if (!resumed) throw wrong;
    // The beginning may be of another version, or of a disk that was full: the whole file gets one chance.
    await part.clear();
    throw new NetworkError(wrong.code, wrong.message, { transient: true });
  }
  await part.finish();
  return { sha256, bytes: part.bytes, commit: header(hints, 'x-repo-commit') ?? header(response.headers, 'x-repo-commit') };
}

/** The rest may be asked for when the server can be told of which version, or a digest will tell afterwards. */
function mayResume(part: PartFile, url: string, { sha256 }: DownloadOptions): boolean {
  if (part.bytes === 0) return true;
  return sha256 !== null || (part.origin?.url === url && part.origin.etag !== '');
}

/** Makes the part fit the answer: appended to, started anew, or complete already. Returns the whole file's size where the server says it. */
async function place({ response, url }: Opened, part: PartFile): Promise<number | null> {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const isPacked = unpackerOf(response) !== undefined;
  if (response.statusCode === 200) {
    await part.clear();
    return Number.isFinite(length) && !isPacked ? length : null;
  }
  const [, start = '', all = ''] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '') ?? [];
  const total = all === '' || all === '*' ? null : Number(all);
  if (response.statusCode === 416 && total === part.bytes) return total;
  if (response.statusCode === 206 && start !== '' && Number(start) === part.bytes && !isPacked) return total;
  response.destroy();
  await part.clear();
  throw new CutConnectionError(url.host, 'gave another part of the file than was asked for');
}

async function receive(
  { response, url }: Opened,
  part: PartFile,
  total: number | null,
  options: DownloadOptions,
  signal: AbortSignal,
  stallMs: number,
): Promise<void> {
  const meter = createMeter(part.bytes);
  const tell = () => options.onProgress?.(meter(part.bytes, total, performance.now()));
  const timer = setTimeout(() => response.destroy(silence(url, stallMs)), stallMs);
  const drip = setTimeout(() => response.destroy(new CutConnectionError(url.host, 'brought next to nothing')), stallMs * DRIP_PATIENCE);
  let counted = part.bytes;
  tell();
  try {
    for await (const chunk of unpacked(response) as AsyncIterable<Uint8Array>) {
      timer.refresh();
      await part.write(chunk);
      if (part.bytes - counted >= LEAST_BYTES) {
        counted = part.bytes;
        drip.refresh();
      }
      tell();
    }
  } catch (error) {
    throw signal.aborted ? new CancelledError() : fromSocket(error, url.host, '');
  } finally {
    clearTimeout(timer);
    clearTimeout(drip);
    response.destroy();
  }
  if (signal.aborted) throw new CancelledError();
  if (isShort(response, part, total)) throw new CutConnectionError(url.host, 'was cut');
}

/** The file itself, where a server or a proxy packs it although it was asked not to. */
function unpacked(response: IncomingMessage): Readable {
  const unpack = unpackerOf(response);
  // Errors of the response go to the reader as well.
  return unpack === undefined ? response : pipeline(response, unpack(), () => undefined);
}

function unpackerOf({ headers }: IncomingMessage): (() => Duplex) | undefined {
  return UNPACK[(headers['content-encoding'] ?? '').trim().toLowerCase()];
}

const UNPACK: Readonly<Partial<Record<string, () => Duplex>>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

function isShort(response: IncomingMessage, part: PartFile, total: number | null): boolean {
  return !response.complete || (total !== null && part.bytes < total);
}

function wrongSize(part: PartFile, total: number | null, { bytes, to }: DownloadOptions, { url }: Opened): NetworkError | undefined {
  const expected = bytes ?? total;
  if (expected === null || part.bytes === expected) return undefined;
  return new NetworkError('wrong-size', `${basename(to)} from ${url.host} has ${part.bytes} bytes instead of ${expected}; it was deleted.`);
}

function wrongDigest(file: string, expected: string | null, actual: string): NetworkError | undefined {
  return expected === null || expected === actual ? undefined : new WrongDigestError(basename(file), expected, actual);
}

/** The digest that the hub itself gives for a large file, in the redirect to its storage. */
function linkedDigest(hints: IncomingHttpHeaders): string | null {
  const linked = header(hints, 'x-linked-etag')?.replaceAll('"', '') ?? '';
  return /^[0-9a-f]{64}$/.test(linked) ? linked : null;
}

function strongEtag(headers: IncomingHttpHeaders): string {
  const { etag = '' } = headers;
  return etag.startsWith('W/') ? '' : etag;
}

function header(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}
