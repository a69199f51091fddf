import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder or file that is no model; the message is one sentence for a person. */
export class ModelFilesError extends Error {
  override readonly name = 'ModelFilesError';
}

const POINTER = 'version https://git-lfs';

/**
 * Looks at a model's files by their content, as far as that can be done without loading it: JSON that parses and is of the right kind,
 * graphs that begin like one. Throws `ModelFilesError` for the first that is not what its name says.
 */
export async function checkFiles(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (path.endsWith('.json')) await checkJson(join(folder, path), path);
    else if (path.endsWith('.onnx')) await checkGraph(join(folder, path), path);
  }
}

async function checkJson(file: string, path: string): Promise<void> {
  const value = await parse(file, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ModelFilesError(`${path} does not hold a JSON object.`);
  if (path === 'config.json' && !('model_type' in value))
    throw new ModelFilesError(`${path} does not say which kind of model it is for (model_type).`);
  if (path === 'tokenizer.json' && !('model' in value)) throw new ModelFilesError(`${path} is not a tokenizer: it has no "model".`);
}

async function parse(file: string, path: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ModelFilesError(`${path} is not valid JSON${text.startsWith(POINTER) ? ': it is a pointer of Git LFS' : ''}.`);
  }
}

async function checkGraph(file: string, path: string): Promise<void> {
  if ((await stat(file)).size < 16) throw new ModelFilesError(`${path} is empty.`);
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(POINTER.length), 0, POINTER.length, 0);
    if (buffer.toString('latin1') === POINTER) throw new ModelFilesError(`${path} is a pointer of Git LFS and not the file itself.`);
    // An ONNX file is a message whose first field is the format's version, or the producer's name.
    if (buffer[0] !== 0x08 && buffer[0] !== 0x12) throw new ModelFilesError(`${path} is not an ONNX model.`);
  } finally {
    await handle.close();
  }
}
