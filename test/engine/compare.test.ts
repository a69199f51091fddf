import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sendJson, serveModel } from '../network/modelServer.ts';
import { makeFolder, quarry } from './cli.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/models');
const FILES = {
  'src/upload.ts': 'export function retryFailedUploads() {\n  return 1;\n}\n',
  'src/colour.ts': 'export function mixColours() {\n  return 2;\n}\n',
  'src/session.ts': 'export function refreshSession() {\n  return 3;\n}\n',
};

async function setUp(questions: string) {
  const { folder, indexDir } = await makeFolder(FILES);
  const root = join(folder, '..');
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const queries = join(root, 'questions.jsonl');
  await writeFile(queries, questions);
  return { at: ['compare', folder, '--index-dir', indexDir, '--queries', queries], folder, indexDir };
}

test('quarry compare says how far models agree, and how good each is where answers are known', async () => {
  const { at, folder, indexDir } = await setUp(
    '{"query": "retry uploads", "relevant": [{"path": "src/upload.ts", "symbol": "retryFailedUploads"}]}\nmix colours\n',
  );
  const server = await serveModel(
    ({ path }, response) => path.includes('chat') && sendJson(response, 200, { choices: [{ message: { content: '[2] > [1]' } }] }),
  );
  const endpoint = `tei:@${server.url}`;
  const models = `current,keyword,${endpoint},nomic-ai/CodeRankLLM`;
  const { code, stdout, stderr } = await quarry([...at, '--models', models, '--chat', `m@${server.url}`, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { questions, gold, models: compared, pairs } = JSON.parse(stdout);
  expect({ questions, gold }).toEqual({ questions: 2, gold: 1 });
  expect(compared.map(({ name, note }: { name: string; note: string }) => `${name}${note}`)).toEqual(models.split(','));
  expect(compared[0].scores).toMatchObject({ ndcg10: 1, mrr10: 1, recall5: 1 });
  expect(pairs).toHaveLength(6);
  for (const { average, least, most } of pairs) expect(0 <= least && least <= average && average <= most && most <= 1).toBe(true);
  expect(new Set(server.asked.map(({ path }) => path))).toEqual(new Set(['/embed', '/v1/chat/completions']));
  // The folder's own index is still that of the model that serves.
  expect((await quarry(['status', folder, '--index-dir', indexDir])).stdout).toContain('bundled');
  const text = await quarry([...at, '--models', 'current,keyword']);
  expect(text.stdout).toMatch(/\| current +\| 1\.000 +\| 1\.000[\s\S]*Jaccard of the first five places:/);
});

test('installed embedders and rerankers stand side by side with what is known of the right answers', async () => {
  const { at, folder } = await setUp(
    '{"query": "retry uploads", "relevant": [{"path": "src/upload.ts", "symbol": "retryFailedUploads"}]}\n{"query": "mix colours", "relevant": [{"path": "src/colour.ts"}]}\n',
  );
  const models = join(folder, '..', 'models');
  const [embedder, reranker] = ['nomic-ai/CodeRankEmbed', 'cross-encoder/ms-marco-MiniLM-L-6-v2'];
  for (const [id, name] of [
    [embedder, 'nomic'],
    [reranker, 'cross'],
  ] as const)
    expect((await quarry(['models', 'import', id, join(FIXTURES, name), '--models-dir', models])).code).toBe(0);
  const names = ['bundled', embedder, reranker];
  const { code, stdout, stderr } = await quarry([...at, '--models-dir', models, '--models', names.join(','), '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { gold, models: compared, pairs } = JSON.parse(stdout);
  expect(gold).toBe(2);
  expect(compared.map(({ name, note }: { name: string; note: string }) => `${name}${note}`)).toEqual(names);
  for (const { scores } of compared) for (const value of [scores.ndcg10, scores.mrr10, scores.recall5]) expect(value).toBeGreaterThan(0);
  // Three files are in every list of five, whatever its order.
  expect(pairs.map(({ average }: { average: number }) => average)).toEqual([1, 1, 1]);
  const text = await quarry([...at, '--models-dir', models, '--models', names.join(',')]);
  for (const name of names) expect(text.stdout).toMatch(new RegExp(`\\| ${name} +\\| [01]\\.\\d{3} +\\| [01]\\.\\d{3}`));
});

test.each([
  [['--models', 'current,nonsense'], /^There is no model nonsense; there is keyword, bundled/],
  [['--models', 'current'], /^--models names two models or more/],
  [['--models', 'current,keyword', '--gold', '/nowhere'], /^\/nowhere cannot be read\.$/],
])('%j is bad use, in one line', async (options, expected) => {
  const { at } = await setUp('a question\n');
  const { code, stdout, stderr } = await quarry([...at, ...options]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trim()).toMatch(expected);
});

test('a model that cannot be used is one sentence', async () => {
  const { at } = await setUp('a question\n');
  const { code, stderr } = await quarry([...at, '--models', 'current,tei:@http://127.0.0.1:9']);
  expect(code).not.toBe(0);
  expect(stderr).toBe('The embedding server cannot be used: 127.0.0.1:9 could not be reached (ECONNREFUSED).\n');
});
