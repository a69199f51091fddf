import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChunker } from '../../src/chunking/chunker.ts';
import { grammarOf, openGrammars } from '../../src/chunking/grammars.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { grammarDir } from '../unit/grammarDir.ts';

// node test/bench/chunking.bench.ts [folder ...]: characters a second of the bare parse and of chunking, by language, and their ratio.

const DEFAULT_FOLDERS = ['node_modules/typescript/lib', 'node_modules/preact', 'node_modules/web-tree-sitter'];
const MAX_FILE = 1_000_000;
const MAX_PER_LANGUAGE = 4_000_000;

interface Totals {
  files: number;
  characters: number;
  parseMs: number;
  chunkMs: number;
  chunks: number;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function measure(folders: readonly string[]): Promise<ReadonlyMap<string, Totals>> {
  const grammars = await openGrammars(grammarDir());
  const chunker = await createChunker({ grammarDir: grammarDir() });
  const totals = new Map<string, Totals>();
  for (const path of folders.flatMap(filesBelow)) {
    const language = languageOfPath(path);
    const grammar = grammarOf(language);
    const total = totals.get(language) ?? { files: 0, characters: 0, parseMs: 0, chunkMs: 0, chunks: 0 };
    if (grammar === undefined || total.characters > MAX_PER_LANGUAGE) continue;
    const text = readFileSync(path, 'utf8');
    if (text.length > MAX_FILE || text.includes('\0')) continue;
    const parser = await grammars.parser(grammar);
    if (!totals.has(language)) await chunker.chunk(path, text, language);
    totals.set(language, total);
    const start = performance.now();
    parser.parse(text)?.delete();
    const parsed = performance.now();
    const chunks = await chunker.chunk(path, text, language);
    total.chunkMs += performance.now() - parsed;
    total.parseMs += parsed - start;
    total.files += 1;
    total.characters += text.length;
    total.chunks += chunks.length;
  }
  return totals;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const given = process.argv.slice(2);
const totals = await measure(given.length > 0 ? given : DEFAULT_FOLDERS.map((folder) => join(root, folder)));
const perSecond = (characters: number, ms: number): string => (characters / 1000 / ms).toFixed(2);
for (const [language, { files, characters, parseMs, chunkMs, chunks }] of totals) {
  const speeds = `parse ${perSecond(characters, parseMs)} MB/s, chunks ${perSecond(characters, chunkMs)} MB/s, ratio ${(chunkMs / parseMs).toFixed(2)}`;
  console.log(`${language.padEnd(18)} ${String(files).padStart(5)} files ${(characters / 1e6).toFixed(2)} MB ${chunks} chunks: ${speeds}`);
}
