import type { EmbedderEntry } from '../../core/modelCatalogue.ts';
import { BUNDLED_FUSION } from '../bundledFusion.ts';
import { about, file, sourceOf, textFiles, weights } from './parts.ts';

const CODE_RANK = 'nomic-ai/CodeRankEmbed';
const CODE_RANK_COMMIT = '3c4b60807d71f79b43f3c4363786d9493691f8b1';
const CODE_RANK_INT8 = 'mrsladoje/CodeRankEmbed-onnx-int8';
const CODE_RANK_FP32 = 'jalipalo/CodeRankEmbed-onnx';
const GTE = 'Alibaba-NLP/gte-modernbert-base';

/** Dense vectors of a trained model carry more than those of the bundled table. */
const TRAINED = { form: 'convex', keyword: 1, dense: 1 } as const;

export const EMBEDDERS: readonly EmbedderEntry[] = [
  {
    id: 'bundled',
    role: 'embedder',
    delivery: 'package',
    licence: 'MIT',
    parameters: null,
    source: '',
    note: 'Works at once and offline: a table of token vectors that is in the package.',
    dimension: null,
    maxTokens: 1000,
    pooling: 'weighted-mean',
    normalise: true,
    queryPrefix: '',
    documentPrefix: '',
    fusion: BUNDLED_FUSION,
    files: [],
    variants: [],
    dtypes: { cpu: 'int4' },
  },
  {
    id: CODE_RANK,
    role: 'embedder',
    delivery: 'download',
    licence: 'MIT',
    parameters: 137_000_000,
    source: sourceOf(CODE_RANK),
    note: 'The main embedder for code. Several cards of copies say mean pooling; the first token is right.',
    dimension: 768,
    maxTokens: 8192,
    pooling: 'cls',
    normalise: true,
    queryPrefix: 'Represent this query for searching relevant code: ',
    documentPrefix: '',
    fusion: TRAINED,
    files: [
      // The tokenizer of the repository with the weights cuts at 512 tokens; the model's own does not.
      file(CODE_RANK, 'tokenizer.json', about(712_000), {
        pin: { revision: CODE_RANK_COMMIT, sha256: '91f1def9b9391fdabe028cd3f3fcc4efd34e5d1f08c3bf2de513ebb5911a1854' },
      }),
      // The digests of these are not known; their commit is.
      file(CODE_RANK, 'config.json', about(2200), { pin: { revision: CODE_RANK_COMMIT, sha256: null } }),
      file(CODE_RANK, 'tokenizer_config.json', about(1400), { pin: { revision: CODE_RANK_COMMIT, sha256: null } }),
      file(CODE_RANK, 'special_tokens_map.json', about(700), { pin: { revision: CODE_RANK_COMMIT, sha256: null }, optional: true }),
    ],
    variants: [
      {
        dtype: 'q8',
        files: [
          file(CODE_RANK_INT8, 'onnx/model.onnx', about(139_000_000), {
            path: 'onnx/model_quantized.onnx',
            pin: {
              revision: 'e74f446dc6e67e29fcee77213472c142f73a6bbb',
              sha256: '4eae31d09b1843103a1ebd5e2b2e24b5a5cad441a33906b35b12b1e2ed91d1db',
            },
          }),
        ],
      },
      // Neither commit nor digest of this export is known.
      weights(CODE_RANK_FP32, 'fp32', about(548_000_000)),
    ],
    // CoreML miscompiles its rotary embedding, and DirectML returned all-zero vectors elsewhere: the golden text decides there.
    dtypes: { cpu: 'q8', cuda: 'fp32', dml: 'fp32', webgpu: 'fp32' },
  },
  {
    id: GTE,
    role: 'embedder',
    delivery: 'download',
    licence: 'Apache-2.0',
    parameters: 149_000_000,
    source: sourceOf(GTE),
    note: 'An alternative with a higher published result on code, which may include training data of that benchmark.',
    dimension: 768,
    maxTokens: 8192,
    pooling: 'cls',
    normalise: true,
    queryPrefix: '',
    documentPrefix: '',
    fusion: TRAINED,
    // Neither commit nor digests are known.
    files: textFiles(GTE, 3_600_000),
    variants: [weights(GTE, 'q8', about(151_000_000)), weights(GTE, 'fp16', about(300_000_000))],
    dtypes: { cpu: 'q8', cuda: 'fp16', dml: 'fp16', coreml: 'fp16', webgpu: 'fp16' },
  },
  {
    id: 'BAAI/bge-small-en-v1.5',
    role: 'embedder',
    delivery: 'download',
    licence: 'MIT',
    parameters: 33_000_000,
    source: sourceOf('BAAI/bge-small-en-v1.5'),
    note: 'A light model of general English text.',
    dimension: 384,
    maxTokens: 512,
    pooling: 'cls',
    normalise: true,
    queryPrefix: 'Represent this sentence for searching relevant passages: ',
    documentPrefix: '',
    fusion: TRAINED,
    // The export for transformers.js; neither commit nor digests are known, and sizes are estimated from the parameters.
    files: textFiles('Xenova/bge-small-en-v1.5', 712_000),
    variants: [
      weights('Xenova/bge-small-en-v1.5', 'q8', about(34_000_000)),
      weights('Xenova/bge-small-en-v1.5', 'fp32', about(133_000_000)),
    ],
    dtypes: { cpu: 'q8', cuda: 'fp32', dml: 'fp32', coreml: 'fp32', webgpu: 'fp32' },
  },
  {
    id: 'sentence-transformers/all-MiniLM-L6-v2',
    role: 'embedder',
    delivery: 'download',
    licence: 'Apache-2.0',
    parameters: 22_000_000,
    source: sourceOf('sentence-transformers/all-MiniLM-L6-v2'),
    note: 'The lightest one, for general English text.',
    dimension: 384,
    maxTokens: 256,
    pooling: 'mean',
    normalise: true,
    queryPrefix: '',
    documentPrefix: '',
    fusion: TRAINED,
    // As above: an export whose commit and digests are not known.
    files: textFiles('Xenova/all-MiniLM-L6-v2', 712_000),
    variants: [weights('Xenova/all-MiniLM-L6-v2', 'q8', about(23_000_000)), weights('Xenova/all-MiniLM-L6-v2', 'fp32', about(90_000_000))],
    dtypes: { cpu: 'q8', cuda: 'fp32', dml: 'fp32', coreml: 'fp32', webgpu: 'fp32' },
  },
  {
    id: 'endpoint',
    role: 'embedder',
    delivery: 'server',
    licence: "the server's",
    parameters: null,
    source: '',
    note: 'Any OpenAI-compatible, Ollama or text-embeddings-inference server; code leaves this process, and with a remote server this machine.',
    dimension: null,
    maxTokens: null,
    pooling: 'server',
    normalise: true,
    queryPrefix: '',
    documentPrefix: '',
    fusion: TRAINED,
    files: [],
    variants: [],
    dtypes: {},
  },
];
