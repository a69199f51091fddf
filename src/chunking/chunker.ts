import type { Parser, Range, Tree } from 'web-tree-sitter';
import type { Chunk } from '../core/chunk.ts';
import { type EmbeddedScript, embeddedScripts } from './definitions/data.ts';
import { rulesOf } from './definitions/index.ts';
import { type Grammars, grammarOf, openGrammars } from './grammars.ts';
import { type Heading, markdownHeadings, rstHeadings, sectionsOf } from './headings.ts';
import { layOut, windowChunks } from './layout.ts';
import { linesOf } from './lines.ts';
import { type Outline, outlineOf } from './outline.ts';
import { type ParseBudget, type ParseResult, withTree } from './parse.ts';

/** How a file was cut; only `parsed` and `plain` are as good as it gets. */
export type ChunkOutcome =
  /** By its syntax. */
  | { readonly state: 'parsed' }
  /** By its headings or its blank lines, as its language has no grammar here. */
  | { readonly state: 'plain' }
  /** The parser had more to do than it may; by blank lines. */
  | { readonly state: 'deadline' }
  /** The grammar could not be loaded or the parser failed; by blank lines. */
  | { readonly state: 'failed'; readonly reason: string };

/** The chunks of a file and how they were found. */
export interface ChunkedFile {
  readonly chunks: readonly Chunk[];
  readonly outcome: ChunkOutcome;
}

export interface ChunkerOptions {
  /** Folder with the files of `GRAMMAR_FILES`. */
  readonly grammarDir: string;
  /** Most work that parsing one file may take; enough for some 6 MB of code when not given. */
  readonly budget?: Partial<ParseBudget>;
}

/** Cuts files into chunks. Parsing is synchronous: use it on a worker thread. */
export interface Chunker {
  /** The chunks of a file, in order, each non-blank line in exactly one. Never rejects for what a file holds. */
  chunk(path: string, text: string, languageId: string): Promise<readonly Chunk[]>;
  /** The same, with how it went. */
  chunkFile(path: string, text: string, languageId: string): Promise<ChunkedFile>;
}

const DEFAULT_BUDGET: ParseBudget = { calls: 40_000, ms: 15_000 };
/** A page with more scripts than this is generated. */
const MAX_SCRIPTS = 50;

const HEADINGS: Readonly<Record<string, (lines: readonly string[]) => readonly Heading[]>> = {
  markdown: markdownHeadings,
  restructuredtext: rstHeadings,
};

interface Source {
  readonly lines: readonly string[];
  /** The lines joined with `\n`, as the parser reads them. */
  readonly text: string;
  readonly budget: ParseBudget;
}

interface ScriptPlace {
  readonly grammar: string;
  readonly range: Range;
}

interface ParsedText {
  readonly outline: Outline;
  readonly scripts: readonly ScriptPlace[];
}

const MARKUP_GRAMMARS: ReadonlySet<string> = new Set(['html', 'vue', 'svelte']);
const NO_OUTLINE: Outline = { definitions: [], mentions: [], cuts: [] };

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a text, or one part of it, defines. */
async function outlineBy(grammars: Grammars, grammar: string, source: Source, range?: Range): Promise<ParseResult<ParsedText>> {
  const rules = rulesOf(grammar);
  if (rules === undefined) return { state: 'failed', reason: `There are no rules for the grammar "${grammar}".` };
  let parser: Parser;
  try {
    parser = await grammars.parser(grammar);
  } catch (error) {
    return { state: 'failed', reason: `The grammar "${grammar}" could not be loaded: ${sentence(error)}` };
  }
  const ranges = range === undefined ? undefined : [range];
  const read = (tree: Tree): ParsedText => ({
    outline: outlineOf(tree.rootNode, source.lines, rules),
    scripts: MARKUP_GRAMMARS.has(grammar) ? embeddedScripts(tree.rootNode).map(scriptPlace) : [],
  });
  return withTree(parser, source.text, source.budget, read, ranges);
}

function scriptPlace({ grammar, text }: EmbeddedScript): ScriptPlace {
  const { startIndex, endIndex, startPosition, endPosition } = text;
  return { grammar, range: { startIndex, endIndex, startPosition, endPosition } };
}

/** Chunks by syntax; the scripts of a page are parsed one by one, and one that fails leaves only its own lines uncut. */
async function chunkByGrammar(grammars: Grammars, grammar: string, source: Source): Promise<ChunkedFile> {
  const parsed = await outlineBy(grammars, grammar, source);
  if (parsed.state !== 'parsed') return { chunks: windowChunks(source.lines), outcome: parsed };
  const { outline, scripts } = parsed.value;
  const outlines = [outline];
  for (const script of scripts.slice(0, MAX_SCRIPTS)) {
    const inner = await outlineBy(grammars, script.grammar, source, script.range);
    outlines.push(inner.state === 'parsed' ? inner.value.outline : NO_OUTLINE);
  }
  const merged: Outline = {
    definitions: outlines.flatMap(({ definitions }) => definitions).sort((a, b) => a.start - b.start),
    mentions: outlines.flatMap(({ mentions }) => mentions).sort((a, b) => a.row - b.row),
    cuts: outlines.flatMap(({ cuts }) => cuts),
  };
  return { chunks: layOut(source.lines, merged), outcome: { state: 'parsed' } };
}

/** Cuts prose by its headings and everything else by its blank lines. */
function chunkPlain(lines: readonly string[], languageId: string): ChunkedFile {
  const findHeadings = HEADINGS[languageId];
  const outcome: ChunkOutcome = { state: 'plain' };
  if (findHeadings === undefined) return { chunks: windowChunks(lines), outcome };
  return { chunks: layOut(lines, { ...NO_OUTLINE, definitions: sectionsOf(lines, findHeadings(lines)) }), outcome };
}

/** Opens the grammar folder. Rejects when the parser itself cannot be loaded from it; grammars load when first needed. */
export async function createChunker(options: ChunkerOptions): Promise<Chunker> {
  const grammars = await openGrammars(options.grammarDir);
  const budget = { ...DEFAULT_BUDGET, ...options.budget };
  const chunkFile = async (_path: string, text: string, languageId: string): Promise<ChunkedFile> => {
    const lines = linesOf(text);
    const grammar = grammarOf(languageId);
    if (grammar === undefined) return chunkPlain(lines, languageId);
    return chunkByGrammar(grammars, grammar, { lines, text: lines.join('\n'), budget });
  };
  return {
    chunkFile,
    async chunk(path, text, languageId) {
      return (await chunkFile(path, text, languageId)).chunks;
    },
  };
}
