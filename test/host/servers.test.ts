import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as vscode from 'vscode';
import { answering } from './dialogs.ts';
import { eventually, find, QUESTION, quarry } from './helpers.ts';

/** A server of embeddings in the protocol of text-embeddings-inference; every text has nearly the same vector. */
async function embeddings(): Promise<{ readonly host: string; readonly asked: () => number; stop(): void }> {
  let asked = 0;
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      asked += 1;
      const { inputs } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { readonly inputs: readonly string[] };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(inputs.map((text) => [1, text.length % 7, 0, 0, 0, 0, 0, 0])));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, asked: () => asked, stop: () => server.close().closeAllConnections() };
}

export function serverTests(): void {
  suite('the language models of the editor', () => {
    test('are asked through the editor, and where there is none the order of the search stays, with the reason', async () => {
      const api = await quarry();
      const { hits, metrics } = await api.search(QUESTION, { rerank: { model: 'vscode.lm' } });
      assert.equal(hits[0]?.symbol, 'retryFailedUploads');
      assert.match(metrics.fallback, /^Not reranked: .*The editor has no language model that extensions may ask\.$/);
    });
  });

  suite('a model server of the settings', () => {
    const settings = () => vscode.workspace.getConfiguration('quarry.endpoint');
    const set = (name: string, value: unknown) => settings().update(name, value, vscode.ConfigurationTarget.Global);

    test('embeds in place of the bundled model while it is set, and the status says where code goes', async () => {
      const api = await quarry();
      const server = await embeddings();
      const embedder = () => api.status()[0]?.embedder;
      try {
        await set('url', `http://${server.host}`);
        await set('api', 'tei');
        await eventually('the server as the embedder', () => embedder()?.device === server.host || undefined);
        assert.equal(embedder()?.reason, `Code is sent to a server on this machine (${server.host}).`);
        await api.indexed();
        assert.ok(server.asked() > 0);
        assert.equal((await find(QUESTION))[0]?.symbol, 'retryFailedUploads');
      } finally {
        await set('api', undefined);
        await set('url', undefined);
        await eventually('the bundled model again', () => embedder()?.id === 'bundled' || undefined);
        server.stop();
      }
      await api.indexed();
      assert.equal((await find(QUESTION))[0]?.symbol, 'retryFailedUploads');
    });

    test('on another machine gets nothing before a yes to its very address', async function () {
      // Elsewhere this address leads nowhere.
      if (process.platform === 'win32') this.skip();
      const api = await quarry();
      const server = await embeddings();
      // It names no machine, so it is not known to be this one; connections to it come here all the same.
      const host = server.host.replace('127.0.0.1', '0.0.0.0');
      const { no_proxy: proxied } = process.env;
      process.env.no_proxy = '0.0.0.0';
      const embedder = () => api.status()[0]?.embedder;
      const said: string[] = [];
      const refuse = ({ text }: { readonly text: string }) => void said.push(text);
      try {
        await answering({ showWarningMessage: [refuse] }, async () => {
          await set('url', `http://${host}`);
          await set('api', 'tei');
          await eventually('the question', () => said.length > 0 || undefined);
        });
        assert.ok(said[0]?.includes(`embed code on ${host}. Code leaves this machine: it is sent to ${host}, not encrypted.`), said[0]);
        await vscode.commands.executeCommand('quarry.restart');
        await api.indexed();
        await find(QUESTION);
        assert.deepEqual({ embedder: embedder()?.id, asked: server.asked() }, { embedder: 'bundled', asked: 0 });
        await answering({ showWarningMessage: [() => 'Allow'] }, async () => {
          await set('model', 'any');
          await eventually('the server as the embedder', () => embedder()?.device === host || undefined);
        });
        assert.ok(server.asked() > 0);
      } finally {
        for (const name of ['api', 'url', 'model']) await set(name, undefined);
        await eventually('the bundled model again', () => embedder()?.id === 'bundled' || undefined);
        server.stop();
        if (proxied === undefined) delete process.env.no_proxy;
        else process.env.no_proxy = proxied;
      }
      await api.indexed();
    });
  });
}
