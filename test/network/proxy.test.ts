import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { download } from '../../src/network/download.ts';
import { proxyFor } from '../../src/network/proxy.ts';
import { type Behaviour, DIMENSION, sendJson, serveModel } from './modelServer.ts';
import { CONTENT, scratch, serve, serveFile, sha256 } from './server.ts';

describe('which proxy serves an address', () => {
  const both = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'http://plain:2' };
  test.each<[string, Record<string, string>, string, string | undefined]>([
    ['https://a.org/x', both, '', 'secure:1'],
    ['http://a.org/x', both, '', 'plain:2'],
    ['https://a.org/x', { https_proxy: 'lower:1', HTTPS_PROXY: 'upper:1' }, '', 'lower:1'],
    ['https://a.org/x', { ALL_PROXY: 'http://all:1' }, '', 'all:1'],
    ['https://a.org/x', both, 'http://setting:3', 'setting:3'],
    ['https://a.org/x', {}, '', undefined],
    ['https://a.org/x', { ...both, NO_PROXY: '*' }, '', undefined],
    ['https://a.org/x', { ...both, NO_PROXY: 'b.org, a.org' }, '', undefined],
    ['https://cdn.a.org/x', { ...both, NO_PROXY: '.a.org' }, '', undefined],
    ['https://cdn.a.org/x', { ...both, no_proxy: '*.a.org' }, 'http://setting:3', undefined],
    ['https://nota.org/x', { ...both, NO_PROXY: 'a.org' }, '', 'secure:1'],
    ['https://a.org/x', { ...both, NO_PROXY: 'a.org:8443' }, '', 'secure:1'],
    ['https://a.org:8443/x', { ...both, NO_PROXY: 'a.org:8443' }, '', undefined],
    ['https://a.org/x', { HTTPS_PROXY: 'socks5://s:1' }, '', undefined],
  ])('%s with %o and the setting "%s": %s', (url, env, proxy, host) => {
    expect(proxyFor(new URL(url), { proxy, env })?.host).toBe(host);
  });
});

/** A proxy that notes what goes through it; names that end in `.example` are this machine to it. */
async function startProxy(): Promise<{ url: string; through: string[] }> {
  const through: string[] = [];
  const proxy = http.createServer((request, response) => {
    through.push(`${request.method} ${request.url}`);
    http.get(request.url ?? '', { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
  });
  proxy.on('connect', (request, client: net.Socket) => {
    through.push(`CONNECT ${request.url}`);
    const [host, port] = (request.url ?? '').split(':');
    const server = net.connect(Number(port), host?.endsWith('.example') ? '127.0.0.1' : host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const socket of [client, server]) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, through };
}

test('a plain address goes through the proxy of the settings', async () => {
  const server = await serve(serveFile);
  const proxy = await startProxy();
  const to = join(await scratch(), 'file');
  await download(`${server.url}/model`, { to, sha256: sha256(CONTENT), bytes: null, settings: { offline: false, proxy: proxy.url } });
  expect(proxy.through).toEqual([`GET ${server.url}/model`]);
});

test('a proxy that is not there is named', async () => {
  const to = join(await scratch(), 'file');
  const settings = { offline: false, proxy: 'http://127.0.0.1:1' };
  await expect(download('https://example.invalid/x', { to, sha256: null, bytes: null, settings, retryMs: 1, attempts: 1 })).rejects.toThrow(
    /through the proxy 127\.0\.0\.1:1/,
  );
});

describe('secure connections', () => {
  /** A certificate for 127.0.0.1 that nobody has signed, by the system's own tool. */
  async function certificate(names = 'IP:127.0.0.1,DNS:localhost'): Promise<{ file: string; key: Buffer; cert: Buffer } | undefined> {
    const folder = await scratch();
    const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const wanted = ['-subj', '/CN=quarry test', '-addext', `subjectAltName=${names}`, '-days', '2'];
    try {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-out', file, ...wanted], {
        stdio: 'pipe',
      });
    } catch {
      return undefined;
    }
    return { file, key: readFileSync(keyFile), cert: readFileSync(file) };
  }

  /** Trust is read once in a process, so each case runs in one of its own. */
  const downloadIn = (env: Record<string, string>, url: string, to: string): Promise<string> => onceIn(env, 'downloadOnce.ts', url, to);

  function onceIn(env: Record<string, string>, name: string, ...args: readonly string[]): Promise<string> {
    const script = join(import.meta.dirname, name);
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/proxy|^NODE_|^SSL_/i.test(name)));
    return new Promise((resolve) => {
      execFile(process.execPath, [script, ...args], { env: { ...clean, ...env } }, (_, stdout, stderr) => resolve(stdout.trim() || stderr));
    });
  }

  test.for([
    ['nothing is trusted', () => ({}), 'tls'],
    ['the system trusts it', (file: string) => ({ SSL_CERT_FILE: file }), sha256(CONTENT)],
    ['Node is told to trust it', (file: string) => ({ NODE_EXTRA_CA_CERTS: file }), sha256(CONTENT)],
  ] as const)('%s', async ([, env, expected], { skip }) => {
    const made = await certificate();
    if (made === undefined) return skip('no openssl on this machine');
    const server = await serve(serveFile, made);
    const to = join(await scratch(), 'file');
    expect(await downloadIn(env(made.file), `${server.url}/model`, to)).toBe(expected);
  });

  test('through the tunnel of the proxy in the environment, with the same trust', async ({ skip }) => {
    const made = await certificate();
    if (made === undefined) return skip('no openssl on this machine');
    const server = await serve(serveFile, made);
    const proxy = await startProxy();
    const to = join(await scratch(), 'file');
    const env = { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: made.file };
    const url = server.url.replace('127.0.0.1', 'localhost');
    expect(await downloadIn(env, url, to)).toBe(sha256(CONTENT));
    expect(proxy.through).toEqual([`CONNECT ${new URL(url).host}`]);
    expect(await downloadIn({ HTTPS_PROXY: proxy.url }, url, to)).toBe('tls');
    proxy.through.length = 0;
    expect(await downloadIn({ ...env, NO_PROXY: 'localhost' }, url, `${to}2`)).toBe(sha256(CONTENT));
    expect(proxy.through).toEqual([]);
  });

  test('a model server gets the same trust, and one that is not trusted one sentence with the reason', async ({ skip }) => {
    const made = await certificate();
    const other = await certificate('DNS:models.example');
    if (made === undefined || other === undefined) return skip('no openssl on this machine');
    const behave: Behaviour = ({ path }, response) =>
      path.endsWith('/chat/completions') && sendJson(response, 200, { choices: [{ message: { content: '[1]' } }] });
    const server = await serveModel(behave, made);
    const embedIn = (env: Record<string, string>, url: string): Promise<string> => onceIn(env, 'embedOnce.ts', url);
    for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
      expect(await embedIn({ [name]: made.file }, server.url), name).toBe(`${DIMENSION} [1]`);
    }
    expect(await embedIn({}, server.url)).toBe(
      `No trusted connection to ${server.host} could be made (DEPTH_ZERO_SELF_SIGNED_CERT): a company certificate may be missing from the system's store.`,
    );
    const elsewhere = await serveModel(behave, other);
    const proxy = await startProxy();
    const named = elsewhere.url.replace('127.0.0.1', 'models.example');
    expect(await embedIn({ HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: other.file }, named)).toBe(`${DIMENSION} [1]`);
    expect(new Set(proxy.through)).toEqual(new Set([`CONNECT ${new URL(named).host}`]));
    expect(await embedIn({ SSL_CERT_FILE: other.file }, elsewhere.url)).toBe(
      `No trusted connection to ${elsewhere.host} could be made (ERR_TLS_CERT_ALTNAME_INVALID): its certificate is for another name.`,
    );
  });

  test('what is sent to a model server on this machine goes through no proxy', async () => {
    const behave: Behaviour = ({ path }, response) =>
      path.endsWith('/chat/completions') && sendJson(response, 200, { choices: [{ message: { content: '[1]' } }] });
    const server = await serveModel(behave);
    const proxy = await startProxy();
    const env = { HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url };
    for (const name of ['127.0.0.1', 'localhost']) {
      expect(await onceIn(env, 'embedOnce.ts', server.url.replace('127.0.0.1', name))).toBe(`${DIMENSION} [1]`);
    }
    expect(proxy.through).toEqual([]);
  });

  test('a redirect to an address that is not secure is refused', async ({ skip }) => {
    const made = await certificate();
    if (made === undefined) return skip('no openssl on this machine');
    const plain = await serve(serveFile);
    const server = await serve((__, response) => response.writeHead(302, { location: plain.url }).end(), made);
    expect(await downloadIn({ SSL_CERT_FILE: made.file }, server.url, join(await scratch(), 'file'))).toBe('captive-portal');
    expect(plain.seen).toEqual([]);
  });
});
