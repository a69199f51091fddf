// Real code for benches: source files below a folder (default: this clone's node_modules), again and again under other paths until there is enough.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const EXTENSIONS = new Set(['.ts', '.js', '.mjs', '.cjs', '.py', '.go', '.rs', '.java', '.c', '.h', '.cpp', '.rb']);
const LARGEST = 60_000;

export function* sourceFiles(folder: string): Generator<SourceFile> {
  const found: SourceFile[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !EXTENSIONS.has(extname(path)) || /\.min\.|\.d\.[cm]?ts$/.test(path) || statSync(path).size > LARGEST) continue;
    const file = { path: relative(folder, path), text: readFileSync(path, 'utf8') };
    found.push(file);
    yield file;
  }
  for (let copy = 1; found.length > 0; copy++) for (const { path, text } of found) yield { path: `copy${copy}/${path}`, text };
}
