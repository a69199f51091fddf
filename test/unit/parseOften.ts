import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createChunker } from '../../src/chunking/chunker.ts';
import { languageOfPath } from '../../src/core/languages.ts';

const [grammarDir = '', sources = ''] = process.argv.slice(2);
const TIMES = 10;

// A process of its own for `lexers.test.ts`, which reads what V8 says of its compilers: as often as a lexer needs to be worth optimizing.
const chunker = await createChunker({ grammarDir });
for (const name of readdirSync(sources).filter((file) => !file.endsWith('.chunks.txt'))) {
  const text = readFileSync(join(sources, name), 'utf8');
  for (let time = 0; time < TIMES; time++) await chunker.chunk(name, text, languageOfPath(name));
}
