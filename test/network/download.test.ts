import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DownloadOptions, download } from '../../src/network/download.ts';
import { NetworkError, type NetworkErrorCode } from '../../src/network/errors.ts';
import type { DownloadProgress } from '../../src/network/progress.ts';
import { type Answer, CONTENT, scratch, serve, serveBytes, serveFile, sha256 } from './server.ts';

const SETTINGS = { offline: false, proxy: '' };
const DIGEST = sha256(CONTENT);

async function start(answer: Answer, options: Partial<DownloadOptions> = {}) {
  const server = await serve(answer);
  const to = options.to ?? join(await scratch(), 'model.onnx');
  const run = (more: Partial<DownloadOptions> = {}) =>
    download(`${server.url}/model.onnx`, {
      to,
      sha256: DIGEST,
      bytes: null,
      settings: SETTINGS,
      retryMs: 1,
      attempts: 3,
      stallMs: 2000,
      ...options,
      ...more,
    });
  const left = async () => (await readdir(join(to, '..'))).sort();
  return { server, to, run, left };
}

const DRIP_MS = 1000;

/** A server that sends a byte a second. It is the clock of the download that runs, so that it is never late. */
function drip(length: number): { readonly answer: Answer; readonly onProgress: (progress: DownloadProgress) => void } {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let send: () => void = () => undefined;
  return {
    answer: (_, response) => {
      response.writeHead(200, { 'content-length': length, etag: '"a"' });
      send = () => response.write('x');
      send();
    },
    onProgress: ({ bytes }) => {
      if (bytes === 0 || bytes === length) return;
      vi.advanceTimersByTime(DRIP_MS);
      send();
    },
  };
}

/** Runs to its error and checks that it is one sentence without a stack. */
async function failure(promise: Promise<unknown>): Promise<NetworkError> {
  const error = await promise.then(
    () => new Error('it worked'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NetworkError);
  const failed = error as NetworkError;
  expect(failed.message).toMatch(/^[^\n]{20,}[.?]$/);
  return failed;
}

describe('a good server', () => {
  test('the file is there, whole and alone', async () => {
    const { to, run, left } = await start(serveFile);
    const progress: DownloadProgress[] = [];
    const result = await run({ onProgress: (one) => progress.push(one) });
    expect(result).toEqual({ sha256: DIGEST, bytes: CONTENT.length, commit: null });
    expect(sha256(await readFile(to))).toBe(DIGEST);
    expect(await left()).toEqual(['model.onnx']);
    expect(progress.at(-1)).toMatchObject({ bytes: CONTENT.length, total: CONTENT.length });
    expect(progress.map(({ bytes }) => bytes)).toEqual(progress.map(({ bytes }) => bytes).sort((a, b) => a - b));
  });

  test('without a digest, what came is told, with the commit that the hub names', async () => {
    const { run, server } = await start((request, response) => {
      if (request.url === '/model.onnx') response.writeHead(302, { location: '/storage', 'x-repo-commit': 'abc' }).end();
      else serveFile(request, response);
    });
    expect(await run({ sha256: null })).toEqual({ sha256: DIGEST, bytes: CONTENT.length, commit: 'abc' });
    expect(server.seen.map(({ url }) => url)).toEqual(['/model.onnx', '/storage']);
  });

  test('a slow one is waited for as long as something comes', async () => {
    const dripping = drip(6);
    const { run } = await start(dripping.answer);
    expect((await run({ sha256: null, stallMs: DRIP_MS + 1, onProgress: dripping.onProgress })).bytes).toBe(6);
  });
});

describe('a server or a proxy that packs the file', () => {
  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ] as const)('%s: the file is what was packed, also when it is asked for again from the middle', async (encoding, pack) => {
    const { run, to } = await start((_, response) => {
      const bytes = pack(CONTENT);
      response.writeHead(200, { 'content-length': bytes.length, 'content-encoding': encoding }).end(bytes);
    });
    await writeFile(`${to}.part`, CONTENT.subarray(0, 1000));
    expect(await run()).toMatchObject({ sha256: DIGEST, bytes: CONTENT.length });
    expect(sha256(await readFile(to))).toBe(DIGEST);
  });

  test('what is packed badly counts as cut', async () => {
    const { run } = await start((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(CONTENT));
    expect((await failure(run())).code).toBe('cut');
  });
});

describe('a connection that is cut', () => {
  test('goes on where it was', async () => {
    const { run, server, to } = await start((request, response, count) =>
      serveBytes(request, response, CONTENT, count < 4 ? 80_000 : Number.POSITIVE_INFINITY),
    );
    await run();
    expect(sha256(await readFile(to))).toBe(DIGEST);
    // What was on the way when the connection broke may be lost, so only the order is sure.
    const starts = server.seen.map(({ range }) => Number(range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0));
    expect(starts[0]).toBe(0);
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(server.seen[1]?.ifRange).toMatch(/^"[0-9a-f]+"$/);
  });

  test('that never gets further is given up, and the part is kept for the next attempt', async () => {
    let broken = true;
    const { run, server, left } = await start((request, response, count) => {
      if (count > 1 && broken) request.socket.destroy();
      else serveBytes(request, response, CONTENT, broken ? 100_000 : Number.POSITIVE_INFINITY);
    });
    expect((await failure(run())).code).toBe('cut');
    expect(server.seen.length).toBeLessThanOrEqual(4);
    expect(await left()).toEqual(['model.onnx.part', 'model.onnx.part.json']);
    broken = false;
    await run();
    expect(server.seen.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(await left()).toEqual(['model.onnx']);
  });

  test.each([
    ['a silent server', () => undefined],
    ['a server that stops in the middle', (response: { write(text: string): unknown }) => response.write('x')],
  ])('%s counts as cut', async (_, first) => {
    const { run } = await start((__, response) => void first(response));
    expect((await failure(run({ stallMs: 150, attempts: 2 }))).code).toBe('cut');
  });

  test('a server that only drips is left', async () => {
    const dripping = drip(CONTENT.length);
    const { run, left } = await start(dripping.answer);
    const error = await failure(run({ stallMs: DRIP_MS + 1, attempts: 2, onProgress: dripping.onProgress }));
    expect({ code: error.code, message: error.message }).toMatchObject({
      code: 'cut',
      message: expect.stringMatching(/brought next to nothing/),
    });
    expect(await left()).toEqual(['model.onnx.part', 'model.onnx.part.json']);
  });

  test.each([
    ['less than it says', CONTENT.length + 10],
    ['more than it says', CONTENT.length - 10],
  ])('a server that sends %s: nothing is taken for the file', async (_, length) => {
    const { run, left } = await start((request, response) => {
      response.writeHead(200, { 'content-length': length });
      response.write(CONTENT, () => request.socket.end());
    });
    expect(['cut', 'wrong-digest', 'wrong-size']).toContain((await failure(run())).code);
    expect(await left()).not.toContain('model.onnx');
  });

  test('a file that has become shorter meanwhile starts anew', async () => {
    const { run, to } = await start(serveFile);
    await writeFile(`${to}.part`, Buffer.alloc(CONTENT.length + 5));
    await run();
    expect(sha256(await readFile(to))).toBe(DIGEST);
  });

  test('the way may lead to another host', async () => {
    const storage = await serve(serveFile);
    const { run } = await start((_, response) => response.writeHead(302, { location: `${storage.url}/blob` }).end());
    expect((await run()).sha256).toBe(DIGEST);
    expect(storage.seen).toHaveLength(1);
  });

  test('a server without ranges starts anew', async () => {
    const { run, server, to } = await start((request, response, count) => {
      request.headers.range = undefined;
      serveBytes(request, response, CONTENT, count === 1 ? 80_000 : Number.POSITIVE_INFINITY);
    });
    await run();
    expect(server.seen[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(sha256(await readFile(to))).toBe(DIGEST);
  });

  test('another version of the file starts anew', async () => {
    const other = Buffer.from(CONTENT).reverse();
    const { run, to } = await start((request, response, count) =>
      count === 1 ? serveBytes(request, response, other, 80_000) : serveFile(request, response),
    );
    await run({ sha256: null });
    expect(sha256(await readFile(to))).toBe(DIGEST);
  });

  test('a part that does not belong to the file gives way to the whole one', async () => {
    const { run, server, to } = await start((request, response) => {
      request.headers['if-range'] = undefined;
      serveFile(request, response);
    });
    await writeFile(`${to}.part`, Buffer.alloc(1000));
    await run();
    expect(server.seen.map(({ range }) => range)).toEqual(['bytes=1000-', undefined]);
    expect(sha256(await readFile(to))).toBe(DIGEST);
  });

  test('a part that is whole already needs no byte more', async () => {
    const { run, to, server } = await start(serveFile);
    await writeFile(`${to}.part`, CONTENT);
    await run();
    expect(server.seen.map(({ range }) => range)).toEqual([`bytes=${CONTENT.length}-`]);
    expect(sha256(await readFile(to))).toBe(DIGEST);
  });
});

describe('what is wrong is not kept', () => {
  test('a wrong digest', async () => {
    const { run, left, server } = await start((request, response) => serveBytes(request, response, CONTENT.subarray(1)));
    const { code, message } = await failure(run());
    expect(code).toBe('wrong-digest');
    expect(message).toContain(DIGEST.slice(0, 12));
    expect(server.seen).toHaveLength(1);
    expect(await left()).toEqual([]);
  });

  test('a wrong digest by the word of the hub', async () => {
    const { run, left } = await start((request, response) => {
      if (request.url === '/model.onnx')
        response.writeHead(302, { location: '/storage', 'x-linked-etag': `"${sha256(Buffer.from('other'))}"` }).end();
      else serveFile(request, response);
    });
    expect((await failure(run({ sha256: null }))).code).toBe('wrong-digest');
    expect(await left()).toEqual([]);
  });

  test('a wrong size', async () => {
    const { run, left } = await start(serveFile);
    expect((await failure(run({ sha256: null, bytes: 5 }))).code).toBe('wrong-size');
    expect(await left()).toEqual([]);
  });

  test('a page of the network instead of the file, at once or after a redirect to a login', async () => {
    const page: Answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Log in</html>');
    const direct = await start(page);
    expect((await failure(direct.run())).code).toBe('captive-portal');
    expect(direct.server.seen).toHaveLength(1);
    expect(await direct.left()).toEqual([]);
    const login = await serve(page);
    const sent = await start((_, response) => response.writeHead(302, { location: `${login.url}/login` }).end());
    const { code, message } = await failure(sent.run());
    expect(code).toBe('captive-portal');
    expect(message).toContain(login.host);
  });

  test('a full disk', { timeout: 20_000 }, async ({ skip }) => {
    const folder = join(await scratch(), 'tiny');
    await mkdir(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder], { stdio: 'pipe' });
    } catch {
      skip('a small disk can be mounted by root only');
    }
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    const { run, left } = await start(serveFile, { to: join(folder, 'model.onnx') });
    const { code, message } = await failure(run());
    expect(code).toBe('disk-full');
    expect(message).toContain(folder);
    expect(await left()).toEqual([]);
  });

  test('a folder that does not exist', async () => {
    const { run } = await start(serveFile, { to: join(await scratch(), 'nowhere', 'model.onnx') });
    expect((await failure(run())).code).toBe('not-writable');
  });
});

describe('statuses', () => {
  test.each<[number, NetworkErrorCode, number]>([
    [401, 'not-allowed', 1],
    [403, 'not-allowed', 1],
    [404, 'not-found', 1],
    [407, 'proxy', 1],
    [418, 'server', 1],
    [429, 'too-many-requests', 3],
    [500, 'server', 3],
    [503, 'server', 3],
    [511, 'captive-portal', 1],
  ])('%i is %s after %i requests', async (status, code, requests) => {
    const { run, server, left } = await start((_, response) => response.writeHead(status).end('no'));
    expect((await failure(run())).code).toBe(code);
    expect(server.seen).toHaveLength(requests);
    expect(await left()).toEqual([]);
  });

  test('an error that passes is tried again', async () => {
    const { run } = await start((request, response, count) => {
      if (count < 3) response.writeHead(count === 1 ? 500 : 429, { 'retry-after': '0' }).end();
      else serveFile(request, response);
    });
    expect((await run()).sha256).toBe(DIGEST);
  });

  test('redirects in circles end', async () => {
    const { run, server } = await start((_, response) => response.writeHead(302, { location: '/again' }).end());
    expect((await failure(run())).code).toBe('server');
    expect(server.seen).toHaveLength(6);
  });
});

describe('a person', () => {
  test('who cancels keeps what has come', async () => {
    const controller = new AbortController();
    const { run, left } = await start((_, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length, etag: '"a"' });
      response.write(CONTENT.subarray(0, 1000));
    });
    const cancelAtFirst = ({ bytes }: DownloadProgress) => {
      if (bytes > 0) controller.abort();
    };
    expect((await failure(run({ signal: controller.signal, onProgress: cancelAtFirst }))).code).toBe('cancelled');
    expect(await left()).toEqual(['model.onnx.part', 'model.onnx.part.json']);
  });

  test('who cancels between two attempts does not wait', async () => {
    const controller = new AbortController();
    const { run } = await start((_, response) => {
      response.writeHead(500).end();
      setTimeout(() => controller.abort(), 50);
    });
    expect((await failure(run({ signal: controller.signal, retryMs: 60_000 }))).code).toBe('cancelled');
  });

  test('who forbids the network is obeyed before any request', async () => {
    const { run, server, left } = await start(serveFile);
    expect((await failure(run({ settings: { offline: true, proxy: '' } }))).code).toBe('offline');
    expect(server.seen).toEqual([]);
    expect(await left()).toEqual([]);
  });
});

describe('nobody there', () => {
  test.each<[string, NetworkErrorCode]>([
    ['http://quarry-test.invalid/x', 'dns'],
    ['http://127.0.0.1:1/x', 'unreachable'],
    ['ftp://127.0.0.1/x', 'bad-address'],
    ['not an address', 'bad-address'],
  ])('%s is %s', async (url, code) => {
    const to = join(await scratch(), 'file');
    const error = await failure(download(url, { to, sha256: null, bytes: null, settings: SETTINGS, retryMs: 1, attempts: 2 }));
    expect(error.code).toBe(code);
    expect(existsSync(`${to}.part`)).toBe(false);
  });
});
