import type { ModelFile, ModelSize, ModelVariant } from '../../core/modelCatalogue.ts';

/** Pieces that the entries are made of. */

export const about = (bytes: number): ModelSize => ({ bytes, exact: false });

const page = 'https://huggingface.co/';
export const sourceOf = (repository: string): string => `${page}${repository}`;

interface Pin {
  readonly revision: string;
  readonly sha256: string | null;
}

/** A file of a repository. Without a pin neither its commit nor its digest is known, and the first download records both. */
export function file(
  repository: string,
  source: string,
  size: ModelSize,
  options: { path?: string; pin?: Pin; optional?: boolean } = {},
): ModelFile {
  return {
    path: options.path ?? source,
    repository,
    source,
    revision: options.pin?.revision ?? null,
    sha256: options.pin?.sha256 ?? null,
    size,
    ...(options.optional === true ? { optional: true } : {}),
  };
}

/** The small files that go with weights. Their sizes are those of tokenizers of that family. */
export function textFiles(repository: string, tokenizerBytes: number): readonly ModelFile[] {
  return [
    file(repository, 'config.json', about(2000)),
    file(repository, 'tokenizer.json', about(tokenizerBytes)),
    file(repository, 'tokenizer_config.json', about(2000)),
    file(repository, 'special_tokens_map.json', about(700), { optional: true }),
  ];
}

/** The names that transformers.js looks for, by number format. */
const WEIGHTS = { fp32: 'model', fp16: 'model_fp16', q8: 'model_quantized', q4f16: 'model_q4f16', q4: 'model_q4' } as const;

export function weights(repository: string, dtype: keyof typeof WEIGHTS, size: ModelSize): ModelVariant {
  return { dtype, files: [file(repository, `onnx/${WEIGHTS[dtype]}.onnx`, size)] };
}
