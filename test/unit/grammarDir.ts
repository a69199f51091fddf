import { copyFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GRAMMAR_FILES } from '../../src/chunking/grammarFiles.ts';

const NODE_MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** A folder with every grammar file, copied from the packages once and kept; a copy of another size is made anew. */
export function grammarDir(): string {
  const folder = join(NODE_MODULES, '.cache', 'quarry-grammars');
  mkdirSync(folder, { recursive: true });
  for (const { name, from } of GRAMMAR_FILES) {
    const source = join(NODE_MODULES, from);
    const target = join(folder, name);
    if (existsSync(target) && statSync(target).size === statSync(source).size) continue;
    // Test files run at the same time: each copies to a name of its own and renames, so that none reads half a file.
    const partial = `${target}.${process.pid}`;
    copyFileSync(source, partial);
    renameSync(partial, target);
  }
  return folder;
}
