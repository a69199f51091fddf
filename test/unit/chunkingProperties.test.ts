import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Chunker, createChunker } from '../../src/chunking/chunker.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { faultsOf } from './chunkingChecks.ts';
import { grammarDir } from './grammarDir.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURES = join(ROOT, 'test/fixtures/chunking');
const SOURCES = readdirSync(FIXTURES).filter((name) => !name.endsWith('.chunks.txt'));
const MAX_BYTES = 200_000;
const FILES_A_TREE = 120;

let chunker: Chunker;
beforeAll(async () => {
  chunker = await createChunker({ grammarDir: grammarDir() });
});

/** Some files of a tree, spread over all of it so that every language and folder has its share; always the same ones. */
function sample(folder: string): readonly string[] {
  const files = filesBelow(folder)
    .filter((path) => !/\.(wasm|node|so|pyc|map)(\.[^/]*|)$/.test(path))
    .sort();
  const step = Math.max(1, Math.floor(files.length / FILES_A_TREE));
  return files.filter((path, index) => index % step === 0 && statSync(path).size <= MAX_BYTES);
}

/** System trees hold folders that this person may not look into. */
function filesBelow(folder: string): readonly string[] {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch {
    return [];
  }
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

async function faultsIn(name: string, text: string): Promise<readonly string[]> {
  const chunks = await chunker.chunk(name, text, languageOfPath(name));
  return faultsOf(text, chunks).map((fault) => `${name}: ${fault}`);
}

describe('the promises of chunks over whole real trees', () => {
  const packages = ['typescript/lib', 'preact', 'vitest', 'tree-sitter-c', 'tree-sitter-python', 'playwright-core', '@vscode-elements'];
  const trees = [
    ...packages.map((name) => join(ROOT, 'node_modules', name)),
    '/usr/include',
    '/usr/lib/python3',
    '/usr/share/perl5',
    '/etc',
    join(ROOT, 'src'),
  ];

  it.each(trees)('%s', async (tree) => {
    if (!existsSync(tree)) return;
    const faults: string[] = [];
    for (const path of sample(tree)) {
      const bytes = readableBytes(path);
      if (bytes !== undefined && !bytes.includes(0)) faults.push(...(await faultsIn(path, bytes.toString('utf8'))));
    }
    expect(faults).toEqual([]);
  });
});

function readableBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // System trees hold files that this person may not read.
    return undefined;
  }
}

describe('the promises of chunks over broken code', () => {
  it.each(SOURCES)('%s, cut off, with pieces missing, doubled or put in', async (name) => {
    const text = readFileSync(join(FIXTURES, name), 'utf8');
    const place = fc.nat(text.length);
    const noise = fc.oneof(
      fc.string(),
      fc.constantFrom('{', '}', '(', '"""', '/*', '`', '\r\n', '\r', '\n\n\n', '\uFEFF', '🦊', '\t', ';'),
    );
    await fc.assert(
      fc.asyncProperty(place, place, noise, fc.constantFrom('cut', 'drop', 'insert', 'twice'), async (a, b, inserted, change) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const broken = {
          cut: text.slice(0, a),
          drop: text.slice(0, from) + text.slice(to),
          insert: text.slice(0, a) + inserted + text.slice(a),
          twice: text + text.slice(from, to),
        }[change];
        expect(await faultsIn(name, broken)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('any text in any language', async () => {
    const line = fc.oneof(fc.string(), fc.constantFrom('', '  ', '}', '{', 'function f() {', 'def f():', 'class A', '# x', '// x', '"""'));
    const text = fc.array(line, { maxLength: 200 }).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...SOURCES), async (lines, name) => {
        expect(await faultsIn(name, lines)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
