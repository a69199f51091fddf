import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, describe, expect, it } from 'vitest';
import { makeFolder, quarry } from './cli.ts';

/** `quarry mcp` as an agent meets it: the protocol's own client over the pipes of the built command line. */

const CLI = join(import.meta.dirname, '../../dist/cli.mjs');
const FILES = {
  'src/upload.ts':
    '/** Tries failed uploads again, a little later each time. */\nexport function retryFailedUploads(queue: string[]) {\n  return queue.length;\n}\n',
  'src/config.py': 'def parse_config(text):\n    """Reads settings."""\n    return text\n',
};

const clients: Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

async function serve(folder: string, indexDir: string): Promise<{ readonly client: Client; readonly pid: number }> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StdioClientTransport({ command: process.execPath, args: [CLI, 'mcp', folder, '--index-dir', indexDir] });
  clients.push(client);
  await client.connect(transport);
  return { client, pid: transport.pid ?? 0 };
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<{ text: string; isError: boolean }> {
  const { content, isError } = await client.callTool({ name, arguments: args });
  return { text: content.map((part) => (part.type === 'text' ? part.text : '')).join('\n'), isError: isError === true };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('quarry mcp', () => {
  it('offers tools that only read, each with a description', async () => {
    const { folder, indexDir } = await makeFolder(FILES);
    const { client } = await serve(folder, indexDir);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['search_code', 'find_similar_code', 'index_status']);
    for (const { description, annotations } of tools) {
      expect(description).toMatch(/\.$/);
      expect(annotations?.readOnlyHint).toBe(true);
    }
  });

  it('answers a question with place and code, and finds what is similar to that place', async () => {
    const { folder, indexDir } = await makeFolder({ ...FILES, 'src/download.ts': FILES['src/upload.ts'].replaceAll('pload', 'pload2') });
    const { client } = await serve(folder, indexDir);
    const { text } = await call(client, 'search_code', { query: 'where are failed uploads retried' });
    expect(text).toMatch(/^1\. src\/upload\.ts:1-4 retryFailedUploads \(function\)\n```typescript\n/);
    const similar = await call(client, 'find_similar_code', { place: 'src/upload.ts:1-4', lines: 0 });
    expect(similar.text).toMatch(/^1\. src\/download\.ts:1-4/);
    expect((await call(client, 'index_status')).text).toMatch(/3 files/);
  });

  it('narrows by language and globs', async () => {
    const { folder, indexDir } = await makeFolder(FILES);
    const { client } = await serve(folder, indexDir);
    for (const args of [{ languages: ['python'] }, { include: ['**/*.py'] }, { exclude: ['**/*.ts'] }]) {
      const { text } = await call(client, 'search_code', { query: 'config or uploads', lines: 0, ...args });
      expect(text, JSON.stringify(args)).toContain('src/config.py');
      expect(text, JSON.stringify(args)).not.toContain('src/upload.ts');
    }
  });

  it('follows what the agent writes', async () => {
    const { folder, indexDir } = await makeFolder(FILES);
    const { client } = await serve(folder, indexDir);
    await call(client, 'search_code', { query: 'uploads' });
    await writeFile(join(folder, 'src/quota.ts'), 'export function enforceQuota() {}\n');
    await appendFile(join(folder, 'src/config.py'), '\n\ndef write_config(text):\n    return text\n');
    const found = async (): Promise<string> => (await call(client, 'search_code', { query: 'enforce quota write_config', lines: 0 })).text;
    await expect.poll(found, { timeout: 60_000 }).toMatch(/src\/quota\.ts/);
    await expect.poll(found, { timeout: 60_000 }).toMatch(/write_config/);
  });

  it.each([
    ['a place outside the folder', 'find_similar_code', { place: '../../etc/passwd:1' }, /^There is no file/],
    ['a place that is none', 'find_similar_code', { place: 'src/upload.ts' }, /must look like/],
    ['a line behind the end', 'find_similar_code', { place: 'src/upload.ts:99' }, /no line 99/],
    ['an unknown language', 'search_code', { query: 'x', languages: ['klingon'] }, /klingon/],
    ['an empty question', 'search_code', { query: ' ' }, /query/],
    ['too many results', 'search_code', { query: 'x', limit: 1000 }, /limit/],
  ])('%s is one sentence for the model, and the server goes on', async (_what, tool, args, says) => {
    const { folder, indexDir } = await makeFolder(FILES);
    const { client } = await serve(folder, indexDir);
    const { text, isError } = await call(client, tool, args);
    expect(isError).toBe(true);
    expect(text).toMatch(says);
    expect(text).not.toMatch(/\n\s+at /);
    expect((await call(client, 'search_code', { query: 'uploads' })).isError).toBe(false);
  });

  it('reads the index that another process writes, and goes with its agent', async () => {
    const { folder, indexDir } = await makeFolder(FILES);
    const first = await serve(folder, indexDir);
    const second = await serve(folder, indexDir);
    const ask = async (client: Client): Promise<string> => (await call(client, 'search_code', { query: 'failed uploads', lines: 0 })).text;
    await expect.poll(() => ask(first.client), { timeout: 60_000 }).toMatch(/src\/upload\.ts/);
    await expect.poll(() => ask(second.client), { timeout: 60_000 }).toMatch(/src\/upload\.ts/);
    await first.client.close();
    await expect.poll(() => isAlive(first.pid), { timeout: 60_000 }).toBe(false);
    await writeFile(join(folder, 'src/quota.ts'), 'export function enforceQuota() {}\n');
    const taken = async (): Promise<string> => (await call(second.client, 'search_code', { query: 'enforceQuota', lines: 0 })).text;
    await expect.poll(taken, { timeout: 60_000 }).toMatch(/src\/quota\.ts/);
  });

  it('a folder that is missing is one line and exit code 2', async () => {
    const { folder } = await makeFolder({});
    const { code, stdout, stderr } = await quarry(['mcp', join(folder, 'none')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^There is no folder[^\n]*\n$/);
  });
});
