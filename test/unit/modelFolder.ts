import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files that look like a model without being one: enough for everything that does not load it. */
export function modelFiles(): Record<string, Uint8Array> {
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  return {
    'config.json': json({ model_type: 'bert' }),
    'tokenizer.json': json({ version: '1.0', model: { type: 'WordPiece' } }),
    'tokenizer_config.json': json({ tokenizer_class: 'BertTokenizer' }),
    'onnx/model_quantized.onnx': Buffer.concat([Buffer.from([0x08, 0x08]), randomBytes(200_000)]),
  };
}

export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
