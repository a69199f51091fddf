/**
 * Prints how long the bundled embedder takes to load and how many chunks it embeds a second: `node test/bench/embedder.bench.ts [FILE...]`.
 *
 * The chunks are pieces of about 660 characters of the given source files, or of the product's own. Time is processor time, so that
 * other work on the machine disturbs little.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadStaticEmbedder } from '../../src/models/staticEmbedder.ts';

const CHUNK_CHARACTERS = 660;
const SECONDS = 3;
const root = fileURLToPath(new URL('../../', import.meta.url));

function sources(): string[] {
  if (process.argv.length > 2) return process.argv.slice(2);
  return readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${root}src/${name}`);
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const bytes = readFileSync(`${root}media/models/bundled-384-int4.bin`);
const loads = [1, 2, 3].map(() => {
  const begin = processorSeconds();
  loadStaticEmbedder(bytes);
  return (processorSeconds() - begin) * 1000;
});
const model = loadStaticEmbedder(bytes);
const chunks = sources().flatMap((file) => readFileSync(file, 'utf8').match(new RegExp(`[\\s\\S]{1,${CHUNK_CHARACTERS}}`, 'g')) ?? []);
const out = new Float32Array(model.dimension);
for (const chunk of chunks) model.embed(chunk, out);

let embedded = 0;
const begin = processorSeconds();
while (processorSeconds() - begin < SECONDS) {
  for (const chunk of chunks) model.embed(chunk, out);
  embedded += chunks.length;
}
const perSecond = embedded / (processorSeconds() - begin);
const average = chunks.reduce((sum, chunk) => sum + chunk.length, 0) / chunks.length;
console.log(`${model.id}: load ${loads.map((time) => time.toFixed(0)).join(', ')} ms (first, second, third time)`);
console.log(`${Math.round(perSecond)} chunks/s on one core, ${Math.round(average)} characters a chunk, ${chunks.length} different chunks`);
