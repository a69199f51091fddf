import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceChoices } from '../../src/inference/devices.ts';
import { type OpenEmbedder, openEmbedder } from '../../src/inference/embedder.ts';
import { checkGolden, GOLDEN_TEXTS } from '../../src/inference/golden.ts';
import { toUnitVectors } from '../../src/inference/pooling.ts';
import { openSession } from '../../src/inference/session.ts';
import { toFeeds } from '../../src/inference/tensors.ts';
import { loadTokenizer } from '../../src/inference/tokenizer.ts';
import { embedderEntry, installedFiles, MAIN, MODELS, tinyEmbedder } from './inference.model.ts';

/** The code that loads and runs models, on tiny ones with random weights. */

const CLS = 2;
const SEP = 3;

describe('the tokenizer', () => {
  test('frames a text and cuts its end, never a special token', async () => {
    const tokenizer = await loadTokenizer(path.join(MODELS, 'nomic'));
    const whole = tokenizer.encode('parse a json file', 512);
    expect(whole.ids.at(0)).toBe(CLS);
    expect(whole.ids.at(-1)).toBe(SEP);
    const cut = tokenizer.encode('parse a json file', 5);
    expect(cut.ids).toEqual([...whole.ids.slice(0, 4), SEP]);
    expect(tokenizer.encode('x '.repeat(60_000), 8192).ids).toHaveLength(8192);
    expect(tokenizer.encode('', 512).ids).toEqual([CLS, SEP]);
  });

  test('frames a pair and cuts the longer text first', async () => {
    const tokenizer = await loadTokenizer(path.join(MODELS, 'cross'));
    const [first, second] = ['parse a json file', 'def read return json get set add sum'];
    const a = tokenizer.tokensOf(first);
    const b = tokenizer.tokensOf(second);
    const whole = tokenizer.encodePair(first, second, 512);
    expect(whole.ids).toEqual([CLS, ...a, SEP, ...b, SEP]);
    expect(whole.typeIds).toEqual([...[CLS, ...a, SEP].map(() => 0), ...[...b, SEP].map(() => 1)]);
    const cut = tokenizer.encodePair(first, second, a.length + 8);
    expect(cut.ids).toEqual([CLS, ...a, SEP, ...b.slice(0, 5), SEP]);
    const long = tokenizer.encodePair('x '.repeat(100), 'y '.repeat(100), 33);
    expect(long.ids).toHaveLength(33);
    expect(long.typeIds.filter((type) => type === 0).length).toBe(17);
  });

  test('knows the words of a language model', async () => {
    const tokenizer = await loadTokenizer(path.join(MODELS, 'qwen3'));
    const [yes] = tokenizer.tokensOf('yes');
    expect(tokenizer.idOf('yes')).toBe(yes);
    expect(tokenizer.idOf('<|im_end|>')).toBe(261);
    expect(tokenizer.tokensOf('<|im_start|>no')).toEqual([260, tokenizer.idOf('no')]);
    expect(tokenizer.idOf('perhaps')).toBeUndefined();
  });

  test('a folder without one is refused', async () => {
    await expect(loadTokenizer(path.join(MODELS, 'nowhere'))).rejects.toThrow('tokenizer.json');
  });
});

describe('the choice of a device', () => {
  const entry = embedderEntry(MAIN);
  const graphs = new Set(['onnx/model.onnx', 'onnx/model_quantized.onnx']);
  const devices = (wish: Parameters<typeof deviceChoices>[2], platform: NodeJS.Platform, installed: ReadonlySet<string> = graphs) =>
    deviceChoices(entry, installed, wish, platform).map(({ device, dtype }) => `${device} ${dtype}`);

  test('goes from the fastest to the CPU, as far as graphs are installed', () => {
    expect(devices('auto', 'linux')).toEqual(['cuda fp32', 'webgpu fp32', 'cpu q8']);
    expect(devices('auto', 'win32')).toEqual(['cuda fp32', 'dml fp32', 'webgpu fp32', 'cpu q8']);
    expect(devices('auto', 'linux', new Set(['onnx/model_quantized.onnx']))).toEqual(['cpu q8']);
    expect(devices('auto', 'linux', new Set(['onnx/model.onnx']))).toEqual(['cuda fp32', 'webgpu fp32', 'cpu fp32']);
    expect(devices('auto', 'linux', new Set())).toEqual([]);
  });

  test('leaves out what the catalogue knows to compute wrongly', () => {
    expect(devices('auto', 'darwin')).toEqual(['webgpu fp32', 'cpu q8']);
  });

  test('is a wish that ends on the CPU', () => {
    expect(devices('webgpu', 'linux')).toEqual(['webgpu fp32', 'cpu q8']);
    expect(devices('cpu', 'linux')).toEqual(['cpu q8']);
  });
});

describe('a session', () => {
  const folder = path.join(MODELS, 'nomic');
  const graph = 'onnx/model.onnx';
  const prove = () => Promise.resolve();

  test('falls back from a device that this computer lacks, and says why', async () => {
    const session = await openSession({
      folder,
      choices: [
        { device: 'coreml', dtype: 'fp32', graph },
        { device: 'cpu', dtype: 'fp32', graph },
      ],
      threads: 1,
      prove,
    });
    expect(session.device).toBe('cpu');
    expect(session.reason).toMatch(/^coreml does not serve: .+\.$/);
    await session.dispose();
  });

  test('falls back from a device that computes nonsense', async () => {
    const seen: string[] = [];
    const session = await openSession({
      folder,
      choices: [
        { device: 'cpu', dtype: 'fp32', graph },
        { device: 'cpu', dtype: 'q8', graph: 'onnx/model_quantized.onnx' },
      ],
      threads: 1,
      prove: ({ dtype }) => {
        seen.push(dtype);
        return dtype === 'fp32' ? Promise.reject(new Error('it computes vectors of zeros')) : Promise.resolve();
      },
    });
    expect(seen).toEqual(['fp32', 'q8']);
    expect(session).toMatchObject({ dtype: 'q8', reason: 'cpu does not serve: it computes vectors of zeros.' });
    await session.dispose();
  });

  test('says in one clause why no device can', async () => {
    const broken = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-broken-'));
    fs.writeFileSync(path.join(broken, 'model.onnx'), 'no graph');
    const choices = [{ device: 'cpu', dtype: 'fp32', graph: 'model.onnx' } as const];
    const message = await openSession({ folder: broken, choices, threads: 1, prove }).catch((error: Error) => error.message);
    expect(message).toMatch(/^cpu does not serve: .*parsing failed$/);
    await expect(openSession({ folder: broken, choices: [], threads: 1, prove })).rejects.toThrow('no graph of this model is installed');
    fs.rmSync(broken, { recursive: true });
  });

  test('runs a language model with an empty cache and rows of two lengths', async () => {
    const tokenizer = await loadTokenizer(path.join(MODELS, 'qwen3'));
    const session = await openSession({
      folder: path.join(MODELS, 'qwen3'),
      choices: [{ device: 'cpu', dtype: 'fp32', graph }],
      threads: 1,
      prove,
    });
    const rows = ['yes or no', 'a longer text that is not as short'].map((text) => tokenizer.encode(text, 64));
    const { logits } = await session.run(toFeeds(rows, session.inputs, tokenizer.padId), ['logits']);
    const longest = Math.max(...rows.map(({ ids }) => ids.length));
    expect(logits?.dims).toEqual([2, longest, 264]);
    // Padding on the right leaves the last real token of the shorter row as it is alone.
    const [short] = rows;
    if (short === undefined || logits === undefined) throw new Error('no rows');
    const alone = await session.run(toFeeds([short], session.inputs, tokenizer.padId), ['logits']);
    const last = (short.ids.length - 1) * 264;
    for (let id = 0; id < 264; id++) expect(logits.data[last + id]).toBeCloseTo(alone.logits?.data[last + id] ?? Number.NaN, 4);
    await session.dispose();
  });
});

describe('pooling', () => {
  const output = { data: Float32Array.from([3, 4, 0, 2, 100, 100]), dims: [1, 3, 2] };

  test('takes the first token, or the mean of the real ones, and makes it a unit vector', () => {
    expect([...toUnitVectors(output, [2], 'cls').vectors]).toEqual([3 / 5, 4 / 5].map(Math.fround));
    const mean = Math.hypot(1.5, 3);
    expect([...toUnitVectors(output, [2], 'mean').vectors]).toEqual([1.5 / mean, 3 / mean].map((value) => expect.closeTo(value, 6)));
  });

  test('refuses what is no vector', () => {
    expect(() => toUnitVectors({ data: new Float32Array(2), dims: [1, 2] }, [1], 'cls')).toThrow('zeros');
    expect(() => toUnitVectors({ data: Float32Array.from([Number.NaN, 1]), dims: [1, 2] }, [1], 'cls')).toThrow('not finite');
    expect(() => toUnitVectors({ data: new Float32Array(2), dims: [2] }, [1], 'cls')).toThrow('shape [2]');
  });
});

describe('the golden texts', () => {
  const unit = (...angles: readonly number[]) => Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
  const good = unit(0, 1, 2);

  test('pass where a device agrees with itself, with the CPU and tells texts apart', () => {
    expect(GOLDEN_TEXTS).toHaveLength(3);
    expect(() => checkGolden(good, good, undefined)).not.toThrow();
    expect(() => checkGolden(good, good, unit(0.01, 1, 2))).not.toThrow();
    expect(() => checkGolden(good, unit(0, 1, 2.1), undefined)).toThrow('each time');
    expect(() => checkGolden(good, good, unit(0.5, 1, 2))).toThrow('than the CPU');
    expect(() => checkGolden(unit(0, 0, 2), unit(0, 0, 2), undefined)).toThrow('different texts');
    expect(() => checkGolden(good.fill(Number.NaN), good, undefined)).toThrow('each time');
  });
});

describe('an embedder', () => {
  let embedder: OpenEmbedder;
  beforeAll(async () => {
    embedder = await openEmbedder(tinyEmbedder());
  });
  afterAll(() => embedder.dispose());

  const rowsOf = async (texts: readonly string[], side: 'query' | 'document' = 'document') => {
    const all = await embedder.embed(texts, side);
    return texts.map((_, row) => all.slice(row * 64, (row + 1) * 64));
  };

  test('is loaded from its folder with the number format of the CPU', () => {
    expect(embedder.info).toMatchObject({ id: MAIN, dimension: 64, device: 'cpu', dtype: 'q8', maxTokens: 512 });
    expect(embedder.step).toBe(1);
    // Without a graphics card this says which devices were tried; the vectors come from the CPU all the same.
    if (process.platform === 'linux') expect(embedder.reason).toMatch(/^cuda does not serve: .*; webgpu does not serve: /);
  });

  test('gives unit vectors that depend on the text alone', async () => {
    const texts = ['return the sum of a list', 'read a file', ''];
    const together = await rowsOf(texts);
    for (const [at, text] of texts.entries()) {
      const [alone] = await rowsOf([text]);
      expect(together[at]).toEqual(alone);
      expect(Math.hypot(...(together[at] ?? []))).toBeCloseTo(1, 5);
    }
    expect(await rowsOf([])).toEqual([]);
  });

  test('puts its prefix before questions only', async () => {
    const [question] = await rowsOf(['sort a list'], 'query');
    const [prefixed] = await rowsOf(['Represent this query for searching relevant code: sort a list']);
    const [bare] = await rowsOf(['sort a list']);
    expect(question).toEqual(prefixed);
    expect(question).not.toEqual(bare);
  });

  test('reads no more than its longest input', async () => {
    const short = await openEmbedder(tinyEmbedder({ maxTokens: 16 }));
    const [a, b] = ['x '.repeat(14), `${'x '.repeat(14)}and much more`];
    const rows = await short.embed([a ?? '', b ?? ''], 'document');
    expect(rows.slice(0, 64)).toEqual(rows.slice(64));
    await short.dispose();
  });

  test('has another revision when anything that decides about vectors is another', async () => {
    const revisions = new Set([embedder.info.revision]);
    for (const change of [{ pooling: 'mean' }, { maxTokens: 256 }, { queryPrefix: '' }, { documentPrefix: 'x' }] as const) {
      const other = await openEmbedder(tinyEmbedder(change));
      revisions.add(other.info.revision);
      await other.dispose();
    }
    expect(revisions.size).toBe(5);
  });

  test('a cross-encoder in its folder is refused', async () => {
    const folder = path.join(MODELS, 'cross');
    const source = { ...tinyEmbedder(), folder, files: installedFiles(folder) };
    await expect(openEmbedder(source)).rejects.toThrow(/cpu does not serve: /);
  });
});
