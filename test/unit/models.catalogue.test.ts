import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, type ModelDevice, repositoriesOf, sizeOf } from '../../src/core/modelCatalogue.ts';
import { sizeText } from '../../src/core/sizeText.ts';
import { EMBEDDERS } from '../../src/models/catalogue/embedders.ts';
import { RERANKERS } from '../../src/models/catalogue/rerankers.ts';
import { CATALOGUE, findModel } from '../../src/models/catalogue.ts';
import { suggestReranker } from '../../src/models/suggestReranker.ts';

describe('the catalogue', () => {
  test('offers in the setting what runs on this machine', () => {
    const setting = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8'))
      .contributes.configuration.flatMap(({ properties }: { properties: object }) => Object.entries(properties))
      .find(([name]: [string]) => name === 'quarry.embedding.model')[1];
    expect(setting.enum).toEqual(['auto', ...EMBEDDERS.filter(({ delivery }) => delivery !== 'server').map(({ id }) => id)]);
    expect(setting.markdownEnumDescriptions).toHaveLength(setting.enum.length);
  });

  test('has every model that is promised', () => {
    expect(EMBEDDERS.map(({ id }) => id)).toEqual([
      'bundled',
      'nomic-ai/CodeRankEmbed',
      'Alibaba-NLP/gte-modernbert-base',
      'BAAI/bge-small-en-v1.5',
      'sentence-transformers/all-MiniLM-L6-v2',
      'endpoint',
    ]);
    expect(RERANKERS.map(({ id }) => id)).toEqual([
      'Alibaba-NLP/gte-reranker-modernbert-base',
      'cross-encoder/ms-marco-MiniLM-L-6-v2',
      'mixedbread-ai/mxbai-rerank-xsmall-v1',
      'BAAI/bge-reranker-base',
      'BAAI/bge-reranker-large',
      'BAAI/bge-reranker-v2-m3',
      'jinaai/jina-reranker-v2-base-multilingual',
      'Qwen/Qwen3-Reranker-0.6B',
      'Qwen/Qwen3-Reranker-4B',
      'Qwen/Qwen3-Reranker-8B',
      'nomic-ai/CodeRankLLM',
    ]);
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length);
  });

  test.each(CATALOGUE.map((entry) => [entry.id, entry] as const))('%s makes sense', (id, entry) => {
    expect(findModel(id)).toBe(entry);
    const files = [...entry.files, ...entry.variants.flatMap((variant) => variant.files)];
    for (const file of files) {
      expect(file.repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(file.path).toMatch(/^[\w.-]+(\/[\w.-]+)?$/);
      if (file.revision !== null) expect(file.revision).toMatch(/^[0-9a-f]{40}$/);
      if (file.sha256 !== null) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      // A digest without a commit would break with the next commit of its owner.
      if (file.sha256 !== null) expect(file.revision).not.toBeNull();
      expect(file.size.bytes).toBeGreaterThan(0);
    }
    expect(files.length > 0).toBe(entry.delivery === 'download');
    if (entry.delivery !== 'download') return;
    expect(entry.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['config.json', 'tokenizer.json', 'tokenizer_config.json']));
    const formats = entry.variants.map(({ dtype }) => dtype);
    expect(new Set(formats).size).toBe(formats.length);
    for (const dtype of Object.values(entry.dtypes)) expect(formats).toContain(dtype);
    for (const { files: of } of entry.variants) expect(of.some(({ path }) => /^onnx\/model(_\w+)?\.onnx$/.test(path))).toBe(true);
    expect(entry.parameters).not.toBeNull();
    expect(entry.maxTokens).not.toBeNull();
  });

  test('knows the main embedder as it was measured', () => {
    const entry = EMBEDDERS.find(({ id }) => id === 'nomic-ai/CodeRankEmbed');
    expect(entry).toMatchObject({
      licence: 'MIT',
      pooling: 'cls',
      normalise: true,
      dimension: 768,
      maxTokens: 8192,
      queryPrefix: 'Represent this query for searching relevant code: ',
      documentPrefix: '',
      dtypes: { cpu: 'q8', cuda: 'fp32' },
    });
    const files = entry === undefined ? [] : filesOf(entry);
    expect(files.find(({ path }) => path === 'onnx/model_quantized.onnx')).toMatchObject({
      repository: 'mrsladoje/CodeRankEmbed-onnx-int8',
      source: 'onnx/model.onnx',
      revision: 'e74f446dc6e67e29fcee77213472c142f73a6bbb',
      sha256: '4eae31d09b1843103a1ebd5e2b2e24b5a5cad441a33906b35b12b1e2ed91d1db',
    });
    expect(files.find(({ path }) => path === 'tokenizer.json')).toMatchObject({
      repository: 'nomic-ai/CodeRankEmbed',
      sha256: '91f1def9b9391fdabe028cd3f3fcc4efd34e5d1f08c3bf2de513ebb5911a1854',
    });
    expect(repositoriesOf(files)).toEqual(['nomic-ai/CodeRankEmbed', 'mrsladoje/CodeRankEmbed-onnx-int8']);
    expect(sizeText(sizeOf(files))).toBe('about 140 MB');
  });

  test('a number format that a model lacks is refused with those that it has', () => {
    const entry = findModel('nomic-ai/CodeRankEmbed');
    expect(() => entry && filesOf(entry, 'q4')).toThrow(/does not come in q4; there is q8, fp32/);
  });

  test('the template of the yes/no model opens the answer with an empty thought', () => {
    const { prompt } = RERANKERS.find(({ kind }) => kind === 'yes-no') ?? {};
    expect(prompt?.text).toMatch(
      /^<\|im_start\|>system\nJudge whether the Document meets .* "yes" or "no"\.<\|im_end\|>\n<\|im_start\|>user\n<Instruct>: /,
    );
    expect(prompt?.text.endsWith('<|im_start|>assistant\n<think>\n\n</think>\n\n')).toBe(true);
    for (const slot of ['{instruction}', '{query}', '{document}']) expect(prompt?.text.split(slot)).toHaveLength(2);
    expect(prompt?.padding).toBe('right');
  });
});

describe('the suggested reranker', () => {
  const GIGABYTE = 1e9;
  test.each<[ModelDevice, number, string | undefined, boolean]>([
    ['cpu', 8 * GIGABYTE, 'q8', false],
    ['cpu', 0.3 * GIGABYTE, undefined, false],
    ['cuda', 8 * GIGABYTE, 'fp16', true],
    // Too little for half precision: the smaller format of the same model.
    ['cuda', 0.6 * GIGABYTE, 'q4f16', true],
    ['webgpu', 2 * GIGABYTE, 'q4f16', true],
    ['cuda', 0.1 * GIGABYTE, undefined, true],
  ])('on %s with %d bytes: %s', (device, memory, dtype, offer) => {
    const suggestion = suggestReranker('nomic-ai/CodeRankEmbed', device, memory);
    expect(suggestion?.dtype).toBe(dtype);
    if (dtype === undefined) return;
    expect(suggestion).toMatchObject({ id: 'Alibaba-NLP/gte-reranker-modernbert-base', offer });
    expect(suggestion?.reason).toMatch(/^It is published to help on code, and [^.]+\.$/);
  });

  test('is never one that is published to make code results worse, and says when it belongs to the embedder', () => {
    for (const { id } of EMBEDDERS) {
      const found = RERANKERS.find((entry) => entry.id === suggestReranker(id, 'cuda', 1e12)?.id);
      expect(found?.helpsCode).toBe(true);
    }
    expect(suggestReranker('Alibaba-NLP/gte-modernbert-base', 'cpu', 1e12)?.reason).toContain('together with this embedder');
  });
});
