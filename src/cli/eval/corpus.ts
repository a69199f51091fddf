import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { EvalCorpus } from './types.ts';

/** A folder that can be indexed for a corpus, and what comes before its paths in the targets. */
export interface CorpusFolder {
  readonly folder: string;
  readonly prefix: string;
}

/** The corpus as a folder: a checkout itself, or a derived copy in `cache` that later runs use again. Undefined without the checkout. */
export function corpusFolder(corpus: EvalCorpus, checkouts: string, cache: string): CorpusFolder | undefined {
  if (corpus.kind === 'documents') return { folder: documentsFolder(corpus.documents, cache), prefix: '' };
  const folder = join(checkouts, corpus.checkout, corpus.root);
  if (!existsSync(folder)) return undefined;
  const prefix = corpus.root === '' ? '' : `${corpus.root}/`;
  if (!corpus.withoutDocs) return { folder, prefix };
  const copy = join(cache, `${corpus.checkout}-without-docs`);
  derive(copy, (draft) => {
    cpSync(folder, draft, { recursive: true, filter: (path) => !/[/\\](\.git|node_modules)$/.test(path), dereference: false });
    for (const entry of readdirSync(draft, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) rewrite(path);
    }
  });
  return { folder: copy, prefix };
}

function documentsFolder(documents: readonly { readonly path: string; readonly text: string }[], cache: string): string {
  const key = createHash('sha256').update(JSON.stringify(documents)).digest('hex').slice(0, 12);
  const folder = join(cache, `documents-${key}`);
  derive(folder, (draft) => {
    for (const { path, text } of documents) writeFileSync(join(draft, path), text);
  });
  return folder;
}

/** Made beside and moved into place, so that an interrupted run leaves no half corpus. */
function derive(folder: string, fill: (draft: string) => void): void {
  if (existsSync(folder)) return;
  const draft = `${folder}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  mkdirSync(dirname(folder), { recursive: true });
  fill(draft);
  renameSync(draft, folder);
}

function rewrite(path: string): void {
  const kind = extname(path);
  if (!/^\.(py|pyi|[cm]?[jt]sx?|vue|svelte)$/.test(kind)) return;
  writeFileSync(path, withoutDocs(readFileSync(path, 'utf8'), kind.startsWith('.py') ? 'python' : 'script'));
}

/** Docstrings, and the `/** *\/` comments of scripts, emptied; every line stays in its place, other comments stay as they are. */
export function withoutDocs(text: string, kind: 'python' | 'script'): string {
  const blank = (match: string): string => match.replace(/[^\n]/g, '');
  if (kind === 'script') return text.replace(/\/\*\*[\s\S]*?\*\//g, blank);
  const docstring = /(:[ \t]*(?:#[^\n]*)?\n[ \t]+)[rRuUbB]{0,2}("""[\s\S]*?"""|'''[\s\S]*?''')(?=[ \t]*(?:#[^\n]*)?\n)/g;
  return text.replace(docstring, (_, head: string, doc: string) => `${head}pass${blank(doc)}`);
}
