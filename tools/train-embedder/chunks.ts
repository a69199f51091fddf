/**
 * Cuts a checkout into chunks as the product does, for benchmark.ts: node chunks.ts CHECKOUT OUTPUT.jsonl
 *
 * Reads every file that is neither binary nor larger than a megabyte, without `.git` and `node_modules`.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { createChunker } from '../../src/chunking/chunker.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { grammarDir } from '../../test/unit/grammarDir.ts';
import type { Row } from './scores.ts';

const LARGEST_FILE = 1_000_000;

const [checkout, output] = process.argv.slice(2);
if (checkout === undefined || output === undefined) throw new Error('Usage: node chunks.ts CHECKOUT OUTPUT.jsonl');

const files = readdirSync(checkout, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(checkout, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .filter((path) => !/(^|\/)(\.git|node_modules)\//.test(path))
  .sort();
const chunker = await createChunker({ grammarDir: grammarDir() });
const rows: Row[] = [];
for (const path of files) {
  const file = join(checkout, path);
  if (statSync(file).size > LARGEST_FILE) continue;
  const text = readFileSync(file, 'utf8');
  if (text.includes('\0')) continue;
  for (const { symbol, startLine, endLine, doc, text: code } of await chunker.chunk(path, text, languageOfPath(path)))
    rows.push({ path, symbol, start: startLine, end: endLine, doc, text: code });
}
writeFileSync(output, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
console.log(rows.length, 'chunks of', files.length, 'files');
