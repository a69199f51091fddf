import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { modelFiles } from '../unit/modelFolder.ts';

/** A mirror of the hub with one model in it. */
export async function startMirror(): Promise<{
  readonly url: string;
  readonly seen: readonly string[];
  /** Sends a quarter of the weights, and no more. */
  slow(on: boolean): void;
  close(): void;
}> {
  const files = modelFiles();
  const seen: string[] = [];
  let isSlow = false;
  const server = http.createServer((request, response) => {
    seen.push(request.url ?? '');
    const [, name = ''] = /\/resolve\/[^/]+\/(.+)$/.exec(request.url ?? '') ?? [];
    const content = files[name];
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': content.length, etag: `"${name}"` });
    if (isSlow && name.endsWith('.onnx')) response.write(content.subarray(0, content.length / 4));
    else response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    slow: (on) => {
      isSlow = on;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
