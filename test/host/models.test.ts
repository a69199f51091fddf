import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { readCacheSettings, readEmbedderSettings, readModelSettings } from '../../src/host/modelCommands/settings.ts';
import { readRerankSettings } from '../../src/host/rerank/settings.ts';
import { readChat, readEndpoint } from '../../src/host/servers/settings.ts';
import { childrenOf } from '../runner/children.ts';
import { answering, choosing } from './dialogs.ts';
import { ask, closeEditors, eventually, extension, pressEscape, QUESTION, quarry, type } from './helpers.ts';

const LIGHT = 'sentence-transformers/all-MiniLM-L6-v2';
const MAIN = 'nomic-ai/CodeRankEmbed';
const CROSS = 'cross-encoder/ms-marco-MiniLM-L-6-v2';
const RERANKS = 'rerankProcess';

const fixture = (name: string): string => path.join(extension().extensionPath, 'test/fixtures/models', name);
const run = (command: string, ...args: readonly unknown[]): Promise<unknown> =>
  Promise.resolve(vscode.commands.executeCommand(`quarry.${command}`, ...args));

/** A mirror of the hub that has the files of one tiny model under every name. */
async function mirror(): Promise<{ readonly url: string; readonly seen: readonly string[]; stop(): void }> {
  const seen: string[] = [];
  const server = http.createServer(({ url = '' }, response) => {
    seen.push(url);
    const [, name = ''] = /\/resolve\/[^/]+\/(.+)$/.exec(url) ?? [];
    const file = fixture(path.join('nomic', name));
    if (fs.existsSync(file)) response.end(fs.readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen, stop: () => server.close().closeAllConnections() };
}

/** A server of embeddings that asks for a key. */
async function guarded(): Promise<{ readonly host: string; readonly keys: readonly (string | undefined)[]; stop(): void }> {
  const keys: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      keys.push(request.headers.authorization);
      const { inputs } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { readonly inputs: readonly string[] };
      response.setHeader('content-type', 'application/json');
      if (request.headers.authorization !== 'Bearer secret') response.writeHead(401).end('{}');
      else response.end(JSON.stringify(inputs.map((text) => [1, text.length % 7, 0, 0, 0, 0, 0, 0])));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, keys, stop: () => server.close().closeAllConnections() };
}

export function modelTests(): void {
  suite('models by the commands of the editor', () => {
    const set = (name: string, value: unknown) =>
      vscode.workspace.getConfiguration('quarry').update(name, value, vscode.ConfigurationTarget.Global);
    const changed: string[] = [];
    const setFor = async (name: string, value: unknown): Promise<void> => {
      changed.push(name);
      await set(name, value);
    };
    let dir = '';

    setup(() => {
      dir = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-models-'));
    });
    teardown(async () => {
      await pressEscape();
      for (const name of changed.splice(0)) await set(name, undefined);
      const api = await quarry();
      await eventually('the bundled model', () => api.status()[0]?.embedder.id === 'bundled' || undefined);
      fs.rmSync(dir, { recursive: true, force: true });
    });

    test('are downloaded after a yes to size, licence, source and digest, and removed after another one', async () => {
      await quarry();
      const server = await mirror();
      try {
        await setFor('models.folder', dir);
        await setFor('models.mirror', server.url);
        const no = ({ text, detail }: { readonly text: string; readonly detail: string }): undefined => {
          assert.equal(text, `Download ${LIGHT}?`);
          for (const fact of [/^Size: about 24 MB$/m, /^Licence: Apache-2\.0$/m, /^Source: http:/m, /^Digest: known for no file/m])
            assert.match(detail, fact);
          return undefined;
        };
        await answering({ showQuickPick: [choosing(LIGHT)], showInformationMessage: [no] }, () => run('downloadModel'));
        assert.deepEqual(server.seen, []);
        await answering({ showQuickPick: [choosing(LIGHT)], showInformationMessage: [() => 'Download'] }, () => run('downloadModel'));
        assert.ok(fs.existsSync(path.join(dir, LIGHT, 'quarry-model.json')));
        await setFor('embedding.model', LIGHT);
        const api = await quarry();
        await eventually('the downloaded model', () => api.status()[0]?.embedder.id === LIGHT || undefined);
        await answering({ showQuickPick: [choosing(LIGHT)], showWarningMessage: [() => undefined] }, () => run('removeModel'));
        assert.ok(fs.existsSync(path.join(dir, LIGHT)));
        await answering({ showQuickPick: [choosing(LIGHT)], showWarningMessage: [() => 'Remove'] }, () => run('removeModel'));
        assert.ok(!fs.existsSync(path.join(dir, LIGHT)));
      } finally {
        server.stop();
      }
    });

    test('are imported from a folder, and the embedder serves at once', async () => {
      const api = await quarry();
      await setFor('models.folder', dir);
      const folder = [vscode.Uri.file(fixture('nomic'))];
      await answering({ showQuickPick: [choosing(MAIN)], showOpenDialog: [() => undefined] }, () => run('importModel'));
      assert.ok(!fs.existsSync(path.join(dir, MAIN)));
      await answering({ showQuickPick: [choosing(MAIN)], showOpenDialog: [() => folder] }, () => run('importModel'));
      await eventually('the imported model', () => api.status()[0]?.embedder.id === MAIN || undefined);
      await api.indexed();
    });

    test('are compared with each other where answers are known, in a document', async () => {
      const api = await quarry();
      await setFor('models.folder', dir);
      // Another embedder than the chosen one has an engine and an index of its own.
      await setFor('embedding.model', 'bundled');
      for (const [id, name] of [
        [MAIN, 'nomic'],
        [CROSS, 'cross'],
      ] as const)
        await answering({ showOpenDialog: [() => [vscode.Uri.file(fixture(name))]] }, () => run('importModel', id));
      await api.indexed();
      const line = JSON.stringify({ query: QUESTION, relevant: [{ path: 'src/upload/retry.ts', symbol: 'retryFailedUploads' }] });
      const questions = path.join(dir, 'questions.jsonl');
      fs.writeFileSync(questions, `${line}\n{"query": "limit requests"}\n`);
      const choose = ({ items }: { readonly items: readonly vscode.QuickPickItem[] }): readonly vscode.QuickPickItem[] =>
        items.filter(({ label }) => ['current', MAIN, CROSS].includes(label));
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(questions));
      await answering({ showQuickPick: [choose, choosing('questions.jsonl')] }, () => run('compareModels'));
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      assert.match(text, /^# Comparison of models\n\n2 questions, 1 of them with known answers/);
      for (const model of ['current', MAIN, CROSS]) assert.match(text, new RegExp(`\\| ${model} +\\| [01]\\.\\d{3} +\\|`));
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await closeEditors();
    });

    test('a reranker is chosen, is loaded again when the search box is opened, and leaves the memory when nobody asks', async () => {
      const api = await quarry();
      await setFor('models.folder', dir);
      for (const name of ['rerank.enabled', 'rerank.model']) changed.push(name);
      await answering({ showOpenDialog: [() => [vscode.Uri.file(fixture('cross'))]] }, () => run('importModel', CROSS));
      await answering({ showQuickPick: [choosing(CROSS)] }, () => run('chooseReranker'));
      const { enabled, options } = readRerankSettings();
      assert.deepEqual({ enabled, model: options.model }, { enabled: true, model: CROSS });
      await setFor('rerank.timeBudget', 60_000);
      const pick = await ask(QUESTION);
      assert.ok(pick.rows().some((row) => row.row === 'hit' && row.hit.reranked !== undefined));
      await pressEscape();
      const processes = () => childrenOf(api.enginePid(), RERANKS);
      assert.equal((await processes()).length, 1);
      await setFor('rerank.idleMinutes', 0.1);
      await ask(`${QUESTION} then`);
      await pressEscape();
      await eventually('the end of the idle model', async () => (await processes()).length === 0 || undefined);
      await setFor('rerank.idleMinutes', 10);
      await vscode.commands.executeCommand('quarry.search', '');
      await eventually('the model, before anything is asked', async () => (await processes()).length === 1 || undefined);
    });

    test('every setting of reranking reaches the search, and a bad value counts as its default', async () => {
      await quarry();
      for (const [name, value, option, expected] of [
        ['model', ` ${CROSS} `, 'model', CROSS],
        ['candidates', 20, 'candidates', 20],
        ['candidates', 5000, 'candidates', 200],
        ['timeBudget', 1200, 'budgetMs', 1200],
        ['listTimeSeconds', 7, 'listMs', 7000],
        ['blend', 0.25, 'blend', 0.25],
        ['blend', 'much', 'blend', 0.7],
        ['instruction', 'technical', 'instruction', 'technical'],
        ['device', 'cpu', 'device', 'cpu'],
        ['device', 'tpu', 'device', 'auto'],
        ['dtype', 'fp16', 'dtype', 'fp16'],
        ['idleMinutes', 30, 'idleMinutes', 30],
      ] as const) {
        await setFor(`rerank.${name}`, value);
        assert.equal(readRerankSettings().options[option], expected, name);
      }
      await setFor('rerank.customInstruction', 'find tests');
      await setFor('rerank.instruction', 'custom');
      assert.equal(readRerankSettings().options.instruction, 'find tests');
    });

    test('so does every setting of models and servers', async () => {
      await quarry();
      const read = () => ({
        embedder: readEmbedderSettings(),
        cache: readCacheSettings('/c'),
        models: readModelSettings('/m'),
        endpoint: readEndpoint()?.options,
        chat: readChat()?.options,
      });
      const plain = read();
      assert.deepEqual(
        [plain.embedder.model, plain.cache.limitBytes, plain.models.dir, plain.endpoint, plain.chat],
        ['auto', 500e6, '/m', undefined, undefined],
      );
      // Addresses that nobody answers at: what is read is what the engine is told.
      for (const [name, value] of [
        ['models.offline', true],
        ['models.folder', dir],
        ['models.mirror', 'https://mirror.invalid'],
        ['embedding.device', 'cpu'],
        ['embedding.cacheMB', 20],
        ['endpoint.model', 'm'],
        ['endpoint.queryPrefix', 'q: '],
        ['endpoint.documentPrefix', 'd: '],
        ['endpoint.batchSize', 8],
        ['endpoint.timeoutSeconds', 9],
        ['endpoint.url', 'http://127.0.0.1:9'],
        ['endpoint.api', 'ollama'],
        ['chat.url', 'http://127.0.0.1:9'],
        ['chat.model', 'c'],
        ['chat.timeoutSeconds', 11],
      ] as const)
        await setFor(name, value);
      const { embedder, cache, models, endpoint, chat } = read();
      assert.equal(embedder.device, 'cpu');
      assert.equal(cache.limitBytes, 20e6);
      assert.deepEqual([models.dir, models.offline, models.mirror], [dir, true, 'https://mirror.invalid']);
      const { api, model, queryPrefix, documentPrefix, batch, timeoutMs } = endpoint ?? {};
      assert.deepEqual([api, model, queryPrefix, documentPrefix, batch, timeoutMs], ['ollama', 'm', 'q: ', 'd: ', 8, 9000]);
      assert.deepEqual([chat?.model, chat?.timeoutMs], ['c', 11_000]);
    });

    test('and what they say decides what is read: candidates, weight and number format', async () => {
      await quarry();
      await setFor('models.folder', dir);
      await answering({ showOpenDialog: [() => [vscode.Uri.file(fixture('cross'))]] }, () => run('importModel', CROSS));
      const plain = await ask(QUESTION);
      const places = () => plain.rows().flatMap((row) => (row.row === 'hit' ? [row.hit] : []));
      const before = places().map(({ path: file, startLine }) => `${file}:${startLine}`);
      await pressEscape();
      await setFor('rerank.enabled', true);
      await setFor('rerank.timeBudget', 60_000);
      await setFor('rerank.candidates', 10);
      await setFor('rerank.blend', 0);
      const pick = await ask(QUESTION);
      const hits = () => pick.rows().flatMap((row) => (row.row === 'hit' ? [row.hit] : []));
      assert.equal(hits().filter(({ reranked }) => reranked !== undefined).length, Math.min(10, hits().length));
      assert.deepEqual(
        hits().map(({ path: file, startLine }) => `${file}:${startLine}`),
        before,
      );
      await setFor('rerank.dtype', 'q4');
      await type(pick, `${QUESTION} again`);
      assert.ok(hits().length > 0 && hits().every(({ reranked }) => reranked === undefined));
    });

    test('the key of a server is asked for, kept, and sent to that server', async () => {
      const api = await quarry();
      const server = await guarded();
      try {
        await setFor('endpoint.url', `http://${server.host}`);
        await setFor('endpoint.api', 'tei');
        assert.equal(readEndpoint()?.address.host, server.host);
        const secret = ({ text }: { readonly text: string }): string => {
          assert.equal(text, `Key for ${server.host}`);
          return 'secret';
        };
        await answering({ showInputBox: [secret] }, () => run('setServerKey'));
        await eventually('the server as the embedder', () => api.status()[0]?.embedder.device === server.host || undefined);
        assert.ok(server.keys.includes('Bearer secret'));
        await answering({ showInputBox: [() => ''] }, () => run('setServerKey'));
      } finally {
        server.stop();
      }
    });
  });
}
