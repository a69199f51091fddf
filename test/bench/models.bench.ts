// Measures what the product adds to running models: `npm run bench:models [-- <folder>]`. The folder holds full-size models with the names
// of the tiny ones in test/fixtures/models (`nomic/onnx/model_quantized.onnx`, `cross/onnx/model.onnx`), whose weights may be random; without it the tiny ones
// are measured, which shows that the measuring works and no more. Ratios within one run are what counts.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { engineEnvironment } from '../../src/client/environment.ts';
import { measureEmbedding } from './models.embedding.ts';
import { measureReranking } from './models.reranking.ts';

const TINY = join(import.meta.dirname, '../fixtures/models');
const [named] = process.argv.slice(2);
const folder = resolve(named ?? TINY);
if (!existsSync(folder)) {
  console.error(`${folder} does not exist.`);
  process.exit(2);
}
// What the engine's environment is decides how much memory comes back, and only a new process takes it over.
const AGAIN = 'QUARRY_BENCH_MODELS';
if (process.env[AGAIN] === undefined) {
  const env = { ...engineEnvironment(process.env), [AGAIN]: '1' };
  process.exit(spawnSync(process.execPath, [import.meta.filename, folder], { env, stdio: 'inherit' }).status ?? 1);
}
console.log(`Models of ${folder === TINY ? 'the fixtures (tiny: the figures mean nothing)' : folder}`);
console.table(await measureEmbedding(join(folder, 'nomic')));
console.table(await measureReranking(join(folder, 'cross')));
process.exit(0);
