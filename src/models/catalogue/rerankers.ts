import type { ModelDevice, ModelDtype, ModelVariant, PromptTemplate, RerankerEntry } from '../../core/modelCatalogue.ts';
import { about, file, sourceOf, textFiles, weights } from './parts.ts';

const GTE = 'Alibaba-NLP/gte-reranker-modernbert-base';
const EVERYWHERE: Readonly<Record<ModelDevice, ModelDtype>> = { cpu: 'q8', cuda: 'fp32', dml: 'fp32', coreml: 'fp32', webgpu: 'fp32' };

/** A cross-encoder of general text: published results on code are lower with it than without. */
interface GeneralText {
  readonly id: string;
  readonly repository: string;
  readonly licence: string;
  readonly parameters: number;
  readonly maxTokens: number;
  readonly tokenizerBytes: number;
  readonly note?: string;
  /** Large exports keep their weights in a file beside the graph. */
  readonly split?: boolean;
}

/** Commits and digests of these exports are not known; sizes are estimated from the parameters. */
function generalText(model: GeneralText): RerankerEntry {
  const full = model.parameters * 4;
  const whole = weights(model.repository, 'fp32', about(full));
  const split: ModelVariant = {
    dtype: 'fp32',
    files: [file(model.repository, 'onnx/model.onnx', about(1_000_000)), file(model.repository, 'onnx/model.onnx_data', about(full))],
  };
  return {
    id: model.id,
    role: 'reranker',
    kind: 'cross-encoder',
    delivery: 'download',
    licence: model.licence,
    parameters: model.parameters,
    source: sourceOf(model.repository),
    note: model.note ?? 'For general text; on code such rerankers are published to lower the results.',
    maxTokens: model.maxTokens,
    helpsCode: false,
    files: textFiles(model.repository, model.tokenizerBytes),
    variants: [weights(model.repository, 'q8', about(Math.round(model.parameters * 1.02))), model.split === true ? split : whole],
    dtypes: EVERYWHERE,
  };
}

/**
 * The exact frame that the model was trained with; the assistant's turn is opened with an empty think block. The first instruction
 * is the published default, the others are this product's own.
 */
const YES_NO: PromptTemplate = {
  text: [
    '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. ',
    'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n',
    '<Instruct>: {instruction}\n<Query>: {query}\n<Document>: {document}<|im_end|>\n',
    '<|im_start|>assistant\n<think>\n\n</think>\n\n',
  ].join(''),
  yes: 'yes',
  no: 'no',
  padding: 'right',
  instructions: {
    general: 'Given a web search query, retrieve relevant passages that answer the query',
    technical: 'Given a technical question, retrieve documentation passages that answer it',
    code: 'Given a question about a code base, retrieve the code that answers it or does what it describes',
    qa: 'Given a question, retrieve passages that contain its answer',
  },
};

const QWEN = {
  role: 'reranker',
  kind: 'yes-no',
  licence: 'Apache-2.0',
  maxTokens: 32_768,
  prompt: YES_NO,
  helpsCode: null,
} as const;
const QWEN_SMALL = 'onnx-community/Qwen3-Reranker-0.6B-ONNX';

const qwenServer = (size: '4B' | '8B', parameters: number): RerankerEntry => ({
  ...QWEN,
  id: `Qwen/Qwen3-Reranker-${size}`,
  delivery: 'server',
  parameters,
  source: sourceOf(`Qwen/Qwen3-Reranker-${size}`),
  note: 'For a server with a GPU.',
  files: [],
  variants: [],
  dtypes: {},
});

export const RERANKERS: readonly RerankerEntry[] = [
  {
    id: GTE,
    role: 'reranker',
    kind: 'cross-encoder',
    delivery: 'download',
    licence: 'Apache-2.0',
    parameters: 149_000_000,
    source: sourceOf(GTE),
    note: 'The one small cross-encoder with a published gain on code.',
    maxTokens: 8192,
    helpsCode: true,
    // Neither commit nor digests are known; sizes are published ones.
    files: textFiles(GTE, 3_600_000),
    variants: [weights(GTE, 'q8', about(151_000_000)), weights(GTE, 'q4f16', about(140_000_000)), weights(GTE, 'fp16', about(300_000_000))],
    dtypes: { cpu: 'q8', cuda: 'fp16', dml: 'fp16', coreml: 'fp16', webgpu: 'q4f16' },
  },
  generalText({
    id: 'cross-encoder/ms-marco-MiniLM-L-6-v2',
    repository: 'Xenova/ms-marco-MiniLM-L-6-v2',
    licence: 'Apache-2.0',
    parameters: 22_700_000,
    maxTokens: 512,
    tokenizerBytes: 712_000,
  }),
  generalText({
    id: 'mixedbread-ai/mxbai-rerank-xsmall-v1',
    repository: 'mixedbread-ai/mxbai-rerank-xsmall-v1',
    licence: 'Apache-2.0',
    parameters: 70_800_000,
    maxTokens: 512,
    tokenizerBytes: 8_700_000,
  }),
  generalText({
    id: 'BAAI/bge-reranker-base',
    repository: 'Xenova/bge-reranker-base',
    licence: 'MIT',
    parameters: 278_000_000,
    maxTokens: 512,
    tokenizerBytes: 17_100_000,
  }),
  generalText({
    id: 'BAAI/bge-reranker-large',
    repository: 'Xenova/bge-reranker-large',
    licence: 'MIT',
    parameters: 560_000_000,
    maxTokens: 512,
    tokenizerBytes: 17_100_000,
    split: true,
  }),
  generalText({
    id: 'BAAI/bge-reranker-v2-m3',
    repository: 'onnx-community/bge-reranker-v2-m3-ONNX',
    licence: 'Apache-2.0',
    parameters: 568_000_000,
    maxTokens: 8192,
    tokenizerBytes: 17_100_000,
    split: true,
  }),
  generalText({
    id: 'jinaai/jina-reranker-v2-base-multilingual',
    repository: 'jinaai/jina-reranker-v2-base-multilingual',
    licence: 'CC-BY-NC-4.0',
    parameters: 278_000_000,
    maxTokens: 1024,
    tokenizerBytes: 17_100_000,
    note: 'Not for commercial use; for general text, and on code published to lower the results.',
  }),
  {
    ...QWEN,
    id: 'Qwen/Qwen3-Reranker-0.6B',
    delivery: 'download',
    parameters: 600_000_000,
    source: sourceOf(QWEN_SMALL),
    note: 'For a GPU: a pair of 256 tokens takes 0.8 seconds on one core.',
    // Neither commit nor digests are known; the size is estimated from the parameters.
    files: textFiles(QWEN_SMALL, 11_400_000),
    variants: [weights(QWEN_SMALL, 'q8', about(600_000_000)), weights(QWEN_SMALL, 'fp16', about(1_200_000_000))],
    dtypes: { cpu: 'q8', cuda: 'fp16', dml: 'fp16', webgpu: 'fp16' },
  },
  qwenServer('4B', 4_000_000_000),
  qwenServer('8B', 8_000_000_000),
  {
    id: 'nomic-ai/CodeRankLLM',
    role: 'reranker',
    kind: 'listwise',
    delivery: 'server',
    licence: 'MIT',
    parameters: 7_600_000_000,
    source: sourceOf('nomic-ai/CodeRankLLM'),
    note: 'For an OpenAI-compatible server with a GPU. It orders a list; loaded as a classifier it scores at random.',
    maxTokens: 32_768,
    helpsCode: true,
    listwise: { window: 10, step: 5, top: 100, documentTokens: 1024 },
    files: [],
    variants: [],
    dtypes: {},
  },
];
