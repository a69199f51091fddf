import type { Node } from 'web-tree-sitter';
import type { ChunkKind } from '../../core/chunk.ts';

/** A name and the row (from 0) on which it is defined. */
export interface NamedRow {
  readonly name: string;
  readonly row: number;
}

/** What encloses the node that is looked at. */
export interface Scope {
  /** Qualified symbol of the enclosing definition; empty at the top of a file. */
  readonly symbol: string;
  readonly kind: ChunkKind | undefined;
  /** True inside the body of a nameless function, such as the callback of a test or a module wrapper. */
  readonly local: boolean;
}

/** What a node defines. */
export interface Found {
  /** Its name below the enclosing symbol; may itself be qualified, as in `Type.method` of Go. */
  readonly name: string;
  readonly kind: ChunkKind;
  /** Nodes whose children are searched for members; a definition without them is not looked into. */
  readonly bodies?: readonly Node[];
  /** Doc text that stands inside the definition, such as a docstring. */
  readonly doc?: string;
  /** Names inside that never become chunks of their own, such as the methods of an interface. */
  readonly names?: readonly NamedRow[];
  /** The least lines for a chunk of its own; what is shorter stays with its neighbours. */
  readonly atLeast?: number;
  /** A definition that is only worth a chunk of its own from three lines on: a constant. */
  readonly minor?: boolean;
  /** A later sibling that ends the definition, where a grammar puts head and body side by side. */
  readonly until?: Node;
  /** True for one clause or overload of a definition: neighbours of the same symbol are joined into one. */
  readonly clause?: boolean;
}

/** The nodes beside a node. Asking the tree for them would search it from its root each time. */
export interface Around {
  readonly parent: Node;
  readonly next: Node | undefined;
}

/** Tells what a node defines; undefined when it defines nothing after all. */
export type Definer = (node: Node, scope: Scope, around: Around) => Found | undefined;

/** How to find the definitions of one language in its syntax tree. Every set holds node types. */
export interface LanguageRules {
  readonly definitions: ReadonlyMap<string, Definer>;
  /** Looked through for definitions. */
  readonly pass: ReadonlySet<string>;
  /** Looked through, and their lines belong to the one definition inside: `export`, decorators, templates. */
  readonly wrappers: ReadonlySet<string>;
  /** Looked through, and what is inside is local: nameless functions. */
  readonly locals: ReadonlySet<string>;
  /** Looked at only when they take several lines: most calls stand on one and define nothing. */
  readonly tall: ReadonlySet<string>;
  readonly comments: ReadonlySet<string>;
  /** Siblings above a definition that belong to it and are no doc text: attributes, decorators. */
  readonly attributes: ReadonlySet<string>;
  /** A line that is a comment by its look, for comments that the tree hangs somewhere else. */
  readonly commentLine: RegExp;
  /** The doc text of an attribute, for languages that write it as one. */
  readonly docOf: ((attribute: Node) => string | undefined) | undefined;
  /** How a comment starts that stands below what it tells of. */
  readonly docBelow: RegExp | undefined;
  /** How an attribute starts that stands right below what it belongs to. */
  readonly attributeBelow: RegExp | undefined;
  /** How a comment starts that tells of what stands one blank line below it. */
  readonly docApart: RegExp | undefined;
}

/** The same as `LanguageRules`, as it is written down. */
export interface RulesSource {
  readonly definitions: Readonly<Record<string, Definer>>;
  readonly pass?: string;
  readonly wrappers?: string;
  readonly locals?: string;
  readonly tall?: string;
  readonly comments?: string;
  readonly attributes?: string;
  readonly commentLine?: RegExp;
  readonly docOf?: (attribute: Node) => string | undefined;
  readonly docBelow?: RegExp;
  readonly attributeBelow?: RegExp;
  readonly docApart?: RegExp;
}

function words(text = ''): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ''));
}

/** Makes rules out of their written form, in which sets are words in one string. */
export function rules(source: RulesSource): LanguageRules {
  return {
    definitions: new Map(Object.entries(source.definitions)),
    // What the parser could not place may hold whole definitions all the same.
    pass: words(`ERROR ${source.pass ?? ''}`),
    wrappers: words(source.wrappers),
    locals: words(source.locals),
    tall: words(source.tall),
    comments: words(source.comments ?? 'comment line_comment block_comment'),
    attributes: words(source.attributes),
    commentLine: source.commentLine ?? /^\s*(\/\/|\/\*.*\*\/\s*$)/,
    docOf: source.docOf,
    docBelow: source.docBelow,
    attributeBelow: source.attributeBelow,
    docApart: source.docApart,
  };
}
