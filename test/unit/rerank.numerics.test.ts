import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ModelDtype, RerankerEntry } from '../../src/core/modelCatalogue.ts';
import { openPairReader } from '../../src/inference/rerank/open.ts';
import type { PairReader } from '../../src/inference/rerank/pairReader.ts';
import { findModel } from '../../src/models/catalogue.ts';
import { MODELS } from './inference.model.ts';
import { crossEncoderLogit, lastLogits } from './rerank.reference.ts';

/** Rerankers on tiny models against implementations that share nothing with the product but the weights. */

const INSTRUCTION = 'Find the code';
const QUESTIONS = ['read a json file', 'where are failed uploads retried'];
const DOCUMENTS = [
  'function read(file) { return json.parse(file) }',
  'class Sum',
  'def add(a, b): return a + b',
  'import http from self; const list = new string',
  `export function retryUploads(queue) {\n${'  if (error) return queue.add(upload);\n'.repeat(30)}}`,
];
const PAIRS = QUESTIONS.flatMap((question) => DOCUMENTS.map((document) => ({ question, document, instruction: INSTRUCTION })));

async function open(id: string, folder: string, dtype: ModelDtype): Promise<PairReader> {
  const entry = findModel(id) as RerankerEntry;
  const choices = [{ device: 'cpu', dtype, graph: 'onnx/model.onnx' }] as const;
  const reader = await openPairReader({ entry, folder, choices, threads: 1 });
  onTestFinished(() => reader.dispose());
  return reader;
}

const logitOf = (score: number): number => Math.log(score / (1 - score));

/** The largest difference between the reader's logits and the reference's, read one by one or all in one batch. */
async function largestDifference(reader: PairReader, reference: (at: number) => number, batched: boolean): Promise<number> {
  const rows = PAIRS.map((pair) => reader.encode(pair));
  const scores = batched ? await reader.score(rows) : (await Promise.all(rows.map((row) => reader.score([row])))).flat();
  expect(scores).toHaveLength(PAIRS.length);
  expect(new Set(scores.map((score) => score.toFixed(7))).size).toBeGreaterThan(PAIRS.length / 2);
  return Math.max(...scores.map((score, at) => Math.abs(logitOf(score) - reference(at))));
}

describe('a cross-encoder', () => {
  const folder = path.join(MODELS, 'cross');
  const vocabulary: Record<string, number> = JSON.parse(fs.readFileSync(path.join(folder, 'tokenizer.json'), 'utf8')).model.vocab;

  /** WordPiece as BERT cuts it, for text in ASCII. */
  function wordPieces(text: string): readonly number[] {
    return (text.toLowerCase().match(/[a-z0-9]+|[^\sa-z0-9]/g) ?? []).flatMap((word) => {
      const pieces: number[] = [];
      for (let from = 0; from < word.length; ) {
        let to = word.length;
        const id = (): number | undefined => vocabulary[(from > 0 ? '##' : '') + word.slice(from, to)];
        while (to > from && id() === undefined) to -= 1;
        pieces.push(id() ?? vocabulary['[UNK]'] ?? 0);
        from = to === from ? word.length : to;
      }
      return pieces;
    });
  }

  /** The tokens of a pair, the document cut so that there are 256 of them. */
  function pairIds({ question, document }: (typeof PAIRS)[number]): { readonly ids: readonly number[]; readonly types: readonly number[] } {
    const [cls = 0, sep = 0] = [vocabulary['[CLS]'], vocabulary['[SEP]']];
    const first = [cls, ...wordPieces(question), sep];
    const ids = [...first, ...wordPieces(document).slice(0, 256 - first.length - 1), sep];
    return { ids, types: ids.map((_, at) => (at < first.length ? 0 : 1)) };
  }

  const logits = PAIRS.map((pair) => {
    const { ids, types } = pairIds(pair);
    return crossEncoderLogit(folder, ids, types);
  });

  test.each([false, true])('has the logit of the reference to .001 (one batch: %s)', async (batched) => {
    const reader = await open('cross-encoder/ms-marco-MiniLM-L-6-v2', folder, 'fp32');
    expect(Math.max(...PAIRS.map((pair) => pairIds(pair).ids.length))).toBe(256);
    expect(PAIRS.map((pair) => reader.encode(pair).ids)).toEqual(PAIRS.map((pair) => pairIds(pair).ids));
    expect(await largestDifference(reader, (at) => logits[at] ?? Number.NaN, batched)).toBeLessThan(1e-3);
  });
});

describe('a language model that answers yes or no', () => {
  const folder = path.join(MODELS, 'qwen3');
  const tokenizer = JSON.parse(fs.readFileSync(path.join(folder, 'tokenizer.json'), 'utf8'));
  const vocabulary: Record<string, number> = tokenizer.model.vocab;
  const special = new Map<string, number>(
    tokenizer.added_tokens.map((token: { content: string; id: number }) => [token.content, token.id]),
  );
  const merges: readonly string[] = tokenizer.model.merges;

  /** Byte-level pairs for text in ASCII; newline and space are written as `Ċ` and `Ġ`. */
  function byteIds(text: string): readonly number[] {
    return text.split(/(<\|\w+\|>|<\/?think>)/).flatMap((part) => {
      const id = special.get(part);
      if (id !== undefined) return [id];
      let symbols = [...part].map((letter) => (letter === '\n' ? 'Ċ' : letter === ' ' ? 'Ġ' : letter));
      for (const merge of merges) {
        const [left = '', right = ''] = merge.split(' ');
        const next: string[] = [];
        for (const symbol of symbols) {
          if (symbol === right && next.at(-1) === left) next[next.length - 1] = left + right;
          else next.push(symbol);
        }
        symbols = next;
      }
      return symbols.map((symbol) => vocabulary[symbol] ?? -1);
    });
  }

  const FRAME = [
    '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n<Instruct>: ',
    '\n<Query>: ',
    '\n<Document>: ',
    '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
  ];

  /** The official prompt, of which question, instruction and document may take 256 tokens. */
  function promptIds({ question, document, instruction }: (typeof PAIRS)[number]): readonly number[] {
    const [system = '', query = '', code = '', end = ''] = FRAME;
    const frame = FRAME.flatMap(byteIds).length;
    const tail = byteIds(end);
    const start = byteIds(system + instruction + query + question + code + document);
    return [...start.slice(0, frame + 256 - tail.length), ...tail];
  }

  const differences = PAIRS.map((pair) => {
    const logits = lastLogits(folder, promptIds(pair));
    return (logits[vocabulary.yes ?? -1] ?? Number.NaN) - (logits[vocabulary.no ?? -1] ?? Number.NaN);
  });

  test.each([false, true])('has the score of the reference to .001 (one batch, padded on the right: %s)', async (batched) => {
    const reader = await open('Qwen/Qwen3-Reranker-0.6B', folder, 'fp32');
    expect(PAIRS.map((pair) => reader.encode(pair).ids)).toEqual(PAIRS.map(promptIds));
    expect(await largestDifference(reader, (at) => differences[at] ?? Number.NaN, batched)).toBeLessThan(1e-3);
  });
});
