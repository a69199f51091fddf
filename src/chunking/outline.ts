import type { Node } from 'web-tree-sitter';
import type { ChunkKind } from '../core/chunk.ts';
import { cutsIn, lastRow } from './cuts.ts';
import type { Found, LanguageRules, NamedRow, Scope } from './definitions/rules.ts';
import { docOfComment, joinDocs, tidyDoc } from './docs.ts';
import { isBlank, type Rows } from './lines.ts';
import type { Cut } from './windows.ts';

/** One definition of a file, with the definitions inside that get chunks of their own. Rows count from 0. */
export interface Definition {
  readonly symbol: string;
  readonly kind: ChunkKind;
  readonly start: number;
  /** The first row below its comments and attributes. */
  readonly head: number;
  end: number;
  doc: string;
  /** Short names inside that have no chunk of their own. */
  names: readonly NamedRow[];
  members: Definition[];
  cuts: readonly Cut[];
}

/** What a file defines. */
export interface Outline {
  readonly definitions: readonly Definition[];
  /** Small constants: no chunk of their own, but their names are told by the chunk that holds them. Sorted by row. */
  readonly mentions: readonly NamedRow[];
  /** Where statements outside definitions start. */
  readonly cuts: readonly Cut[];
}

/** A container up to this many lines, its doc comment not counted, is one chunk. */
export const SMALL_CONTAINER = 25;
/** A definition longer than this is split into parts. */
export const LONG_DEFINITION = 120;
/** A constant shorter than this is only mentioned. */
const MINOR_ROWS = 3;
/** Clauses and overloads are joined into one definition up to this many lines. */
const MAX_JOINED = 80;
/** Containers nested deeper than this are not looked into. */
const MAX_DEPTH = 40;
/** Nodes nested deeper than this are not looked at: a hundred thousand brackets define nothing. */
const MAX_STEPS = 400;
const CLASS_LIKE: ReadonlySet<ChunkKind | undefined> = new Set(['class', 'interface', 'struct', 'enum', 'trait', 'type']);

/** Rows above a definition that may belong to it, by the row on which they end. */
type Above = Map<number, { readonly start: number; readonly node: Node; readonly isComment: boolean }>;

interface Wrapper extends Rows {
  readonly above: Above;
}

interface Visit {
  readonly node: Node;
  readonly scope: Scope;
  readonly into: Definition[];
  readonly depth: number;
  readonly steps: number;
  readonly wrapper: Wrapper | undefined;
}

interface Work {
  readonly lines: readonly string[];
  readonly rules: LanguageRules;
  readonly stack: Visit[];
  readonly nodes: Map<Definition, { readonly node: Node; readonly isContainer: boolean }>;
  readonly mentions: NamedRow[];
  readonly cuts: Cut[];
}

function noteAbove(work: Work, above: Above, node: Node, isComment: boolean): void {
  const { row, column } = node.startPosition;
  // A comment behind a statement belongs to that statement.
  if ((work.lines[row] ?? '').slice(0, column).trim() === '') above.set(lastRow(node), { start: row, node, isComment });
}

/** The first row of the comments and attributes right above a row. */
function topOf(above: Above, row: number): number {
  let top = row;
  for (let known = above.get(top - 1); known !== undefined; known = above.get(top - 1)) top = known.start;
  return top;
}

/** True for a doc comment right below a definition that has none yet, with nothing right below the comment. */
function isDocBelow({ lines, rules }: Work, definition: Definition, comment: Node): boolean {
  const row = comment.startPosition.row;
  const isDoc = row === definition.end + 1 && definition.doc === '' && rules.docBelow?.test(lines[row] ?? '') === true;
  return isDoc && isBlank(lines, lastRow(comment) + 1);
}

/** The first row of the comment lines that end one blank line above a row and start as a doc comment does; the row itself when there are none. */
function topOfDocApart({ lines, rules }: Work, row: number): number {
  if (rules.docApart === undefined || !isBlank(lines, row - 1)) return row;
  let top = row - 1;
  while (top > 0 && rules.commentLine.test(lines[top - 1] ?? '')) top -= 1;
  return top < row - 1 && rules.docApart.test(lines[top] ?? '') ? top : row;
}

/** The first row of the comments and attributes right above a definition, and their doc text. */
function climb(work: Work, start: number, above: Above): { readonly start: number; readonly doc: string } {
  const { lines, rules } = work;
  const docs: string[] = [];
  let first = start;
  for (;;) {
    const known = above.get(first - 1);
    const spaced = known === undefined && first > 1 && isBlank(lines, first - 1) ? above.get(first - 2) : undefined;
    const apart = first === start && known === undefined ? topOfDocApart(work, first) : first;
    if (known !== undefined) {
      docs.unshift(known.isComment ? docOfComment(lines.slice(known.start, first)) : (rules.docOf?.(known.node) ?? ''));
      first = known.start;
    } else if (apart < first) {
      docs.unshift(docOfComment(lines.slice(apart, first - 1)));
      first = apart;
    } else if (spaced?.isComment === true && spaced.start > 0 && first === start && /^\s*\/\*\*/.test(lines[spaced.start] ?? '')) {
      // A doc comment may stand one blank line above, as it does in older JavaScript.
      docs.unshift(docOfComment(lines.slice(spaced.start, first - 1)));
      first = spaced.start;
    } else if (first > 0 && rules.commentLine.test(lines[first - 1] ?? '')) {
      docs.unshift(docOfComment(lines.slice(first - 1, first)));
      first -= 1;
    } else return { start: first, doc: tidyDoc(joinDocs(...docs)) };
  }
}

function addDefinition(work: Work, visit: Visit, child: Node, found: Found, above: Above): void {
  const { lines } = work;
  const own = {
    start: visit.wrapper?.start ?? child.startPosition.row,
    end: Math.max(visit.wrapper?.end ?? 0, lastRow(found.until ?? child)),
  };
  while (own.end > own.start && isBlank(lines, own.end)) own.end -= 1;
  const attached = visit.wrapper?.above ?? above;
  if (own.end - own.start + 1 < (found.atLeast ?? (found.minor === true ? MINOR_ROWS : 1))) {
    if (found.kind !== 'section') work.mentions.push({ name: found.name, row: child.startPosition.row });
    for (const name of found.names ?? []) work.mentions.push(name);
    if (visit.depth === 0) work.cuts.push({ row: topOf(attached, own.start), depth: visit.steps });
    return;
  }
  const { start, doc } = climb(work, own.start, attached);
  const { scope } = visit;
  const symbol = scope.symbol === '' ? found.name : `${scope.symbol}.${found.name}`;
  const kind = found.kind === 'function' && CLASS_LIKE.has(scope.kind) ? 'method' : found.kind;
  const previous = visit.into.at(-1);
  if (found.clause === true && previous?.symbol === symbol && start - previous.end <= 1 && own.end - previous.start < MAX_JOINED) {
    previous.end = Math.max(previous.end, own.end);
    return;
  }
  const definition: Definition = {
    symbol,
    kind,
    start,
    head: own.start,
    end: own.end,
    doc: joinDocs(doc, tidyDoc(found.doc ?? '')),
    names: found.names ?? [],
    members: [],
    cuts: [],
  };
  visit.into.push(definition);
  const bodies = visit.depth < MAX_DEPTH ? (found.bodies ?? []) : [];
  work.nodes.set(definition, { node: child, isContainer: bodies.length > 0 });
  for (const body of bodies.toReversed()) {
    const inner: Scope = { symbol, kind, local: scope.local };
    work.stack.push({
      node: body,
      scope: inner,
      into: definition.members,
      depth: visit.depth + 1,
      steps: visit.steps + 1,
      wrapper: undefined,
    });
  }
}

function visitChildren(work: Work, visit: Visit): void {
  const { lines, rules, stack } = work;
  const above: Above = new Map();
  const children = visit.node.namedChildren;
  const inner: Visit[] = [];
  let wrapper = visit.wrapper;
  if (wrapper !== undefined && children.filter((child) => rules.definitions.has(child.type)).length > 1) wrapper = undefined;
  for (const [index, child] of children.entries()) {
    const type = child.type;
    if (rules.comments.has(type) || rules.attributes.has(type)) {
      const last = visit.into.at(-1);
      if (last !== undefined && child.startPosition.row === last.end + 1 && rules.attributeBelow?.test(child.text) === true) {
        last.end = lastRow(child);
      } else if (rules.docBelow !== undefined && last !== undefined && isDocBelow(work, last, child)) {
        last.doc = joinDocs(last.doc, docOfComment(lines.slice(child.startPosition.row, lastRow(child) + 1)));
        last.end = lastRow(child);
      } else noteAbove(work, above, child, rules.comments.has(type));
      continue;
    }
    const row = child.startPosition.row;
    if (rules.tall.has(type) && child.endPosition.row === row) {
      if (visit.depth === 0) work.cuts.push({ row: topOf(above, row), depth: visit.steps });
      continue;
    }
    const found = rules.definitions.get(type)?.(child, visit.scope, { parent: visit.node, next: children[index + 1] });
    // The parser puts names of no length where it missed one.
    if (found !== undefined && found.name !== '') {
      addDefinition(work, { ...visit, wrapper }, child, found, above);
      continue;
    }
    if (visit.depth === 0) work.cuts.push({ row: topOf(above, row), depth: visit.steps });
    const wraps = rules.wrappers.has(type);
    if ((wraps || rules.pass.has(type) || rules.locals.has(type)) && visit.steps < MAX_STEPS) {
      const local = visit.scope.local || rules.locals.has(type);
      const scope = local === visit.scope.local ? visit.scope : { ...visit.scope, local };
      const innerWrapper = wraps ? (wrapper ?? { start: row, end: lastRow(child), above }) : undefined;
      inner.push({ ...visit, node: child, scope, steps: visit.steps + 1, wrapper: innerWrapper });
    } else if (visit.depth === 0 && lastRow(child) - row > LONG_DEFINITION) {
      for (const cut of cutsIn(child, rules.comments)) work.cuts.push({ row: cut.row, depth: cut.depth + visit.steps + 1 });
    }
  }
  // One by one: a list may be longer than what a call can take as arguments.
  for (const next of inner.reverse()) stack.push(next);
}

function namesInside(members: readonly Definition[]): readonly NamedRow[] {
  const names: NamedRow[] = [];
  const stack = members.toReversed();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    names.push({ name: next.symbol.slice(next.symbol.lastIndexOf('.') + 1), row: next.start });
    for (const name of next.names) names.push(name);
    for (const member of next.members.toReversed()) stack.push(member);
  }
  return names;
}

/** Sorts siblings; a comment above one that its neighbour's node includes belongs to the one below. */
function inOrder(siblings: Definition[]): void {
  siblings.sort((a, b) => a.start - b.start);
  for (const [index, next] of siblings.entries()) {
    const previous = siblings[index - 1];
    if (previous !== undefined && next.start > previous.head && next.head > previous.end)
      previous.end = Math.min(previous.end, next.start - 1);
  }
}

/** Decides which containers stay whole, and finds where the long rest can be cut. */
function finish(work: Work): void {
  for (const [definition, { node, isContainer }] of work.nodes) {
    const length = definition.end - definition.start + 1;
    inOrder(definition.members);
    if (isContainer && definition.end - definition.head + 1 <= SMALL_CONTAINER && length <= LONG_DEFINITION) {
      definition.names = [...definition.names, ...namesInside(definition.members)];
      definition.members = [];
    } else if (length > LONG_DEFINITION / 2 && definition.members.length === 0) {
      definition.cuts = cutsIn(node, work.rules.comments);
    }
  }
}

/** Finds the definitions of a syntax tree by the rules of its language. `lines` are those of the parsed text. */
export function outlineOf(root: Node, lines: readonly string[], rules: LanguageRules): Outline {
  const work: Work = { lines, rules, stack: [], nodes: new Map(), mentions: [], cuts: [] };
  const definitions: Definition[] = [];
  const scope: Scope = { symbol: '', kind: undefined, local: false };
  work.stack.push({ node: root, scope, into: definitions, depth: 0, steps: 0, wrapper: undefined });
  for (let visit = work.stack.pop(); visit !== undefined; visit = work.stack.pop()) visitChildren(work, visit);
  finish(work);
  inOrder(definitions);
  work.mentions.sort((a, b) => a.row - b.row);
  return { definitions, mentions: work.mentions, cuts: work.cuts };
}
