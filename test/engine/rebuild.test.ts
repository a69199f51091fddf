import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { type IndexStatus, OpenFolder, Rebuild, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { makeFolder } from './cli.ts';

const DIST = join(import.meta.dirname, '../../dist');
const clients: EngineClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});

async function opened(folder: string, indexDir: string): Promise<{ client: EngineClient; status: IndexStatus; log: string[] }> {
  const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly: false } });
  clients.push(client);
  const log: string[] = [];
  client.onLog(({ level, message }) => log.push(`${level}: ${message}`));
  const status = await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  return { client, status, log };
}

const files = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [`src/part${at}.ts`, `export function handle${at}() {\n  return ${at};\n}\n`]),
);

async function finds(client: EngineClient): Promise<boolean> {
  const { hits } = await client.request(Search, { query: 'handle7', mode: 'hybrid', limit: 3, rows: 'symbol', filters: {} });
  return hits[0]?.symbol === 'handle7';
}

it('searches are answered all through a rebuild, here and in a process that follows', async () => {
  const { folder, indexDir } = await makeFolder(files);
  const writer = await opened(folder, indexDir);
  await writer.client.request(WaitForIndex, { folder });
  const follower = await opened(folder, indexDir);
  expect(follower.status.phase).toBe('following');
  for (let round = 0; round < 3; round++) {
    let rebuilt = false;
    const rebuild = writer.client.request(Rebuild, { folder }).then(() => {
      rebuilt = true;
    });
    // What is rejected here fails the test.
    while (!rebuilt) await Promise.all([finds(writer.client), finds(writer.client)]);
    await rebuild;
    await writer.client.request(WaitForIndex, { folder });
    expect(await finds(writer.client)).toBe(true);
  }
  expect(writer.log.filter((line) => line.includes('damaged'))).toEqual([]);
  await follower.client.request(WaitForIndex, { folder });
  while (!(await finds(follower.client).catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 100));
});
