import type { Node } from 'web-tree-sitter';
import { childOfType, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

/** A key or rule shorter than this shares a chunk with its neighbours. */
const OWN_ROWS = 6;
const MAX_SELECTOR = 80;

const keyed: Definer = (node) => {
  const name = nameText(node.childForFieldName('key'))?.replace(/^(["'])(.*)\1$/, '$2');
  return name === undefined ? undefined : { name, kind: 'section', atLeast: OWN_ROWS };
};

export const JSON_RULES = rules({ definitions: { pair: keyed }, pass: 'document object' });

export const YAML = rules({
  definitions: { block_mapping_pair: keyed },
  pass: 'stream document block_node block_mapping',
  commentLine: /^\s*#/,
});

const table: Definer = (node) => {
  const name = nameText(childOfType(node, 'bare_key', 'dotted_key', 'quoted_key'));
  return name === undefined ? undefined : { name, kind: 'section' };
};

export const TOML = rules({
  definitions: { table, table_array_element: table },
  pass: 'document',
  commentLine: /^\s*#/,
});

/** The text before the block of a rule, on one line. */
const cssRule: Definer = (node) => {
  const head = node.text.slice(0, 400).split('{')[0]?.replace(/\s+/g, ' ').trim() ?? '';
  const name = head.length > MAX_SELECTOR ? `${head.slice(0, MAX_SELECTOR - 1)}…` : head;
  return name === '' ? undefined : { name, kind: 'section', atLeast: OWN_ROWS * 2 };
};

export const CSS = rules({
  definitions: {
    rule_set: cssRule,
    media_statement: cssRule,
    keyframes_statement: cssRule,
    supports_statement: cssRule,
    at_rule: cssRule,
  },
  pass: 'stylesheet',
});

const block =
  (name: string): Definer =>
  () => ({ name, kind: 'section', atLeast: 2 });

/** HTML, Vue and Svelte; their scripts are cut by the rules of JavaScript. */
export const MARKUP = rules({
  definitions: { template_element: block('template'), style_element: block('style') },
  pass: 'document fragment element',
  commentLine: /^\s*<!--.*-->\s*$/,
});

/** A script inside markup: the grammar of its language and the node that holds its text. */
export interface EmbeddedScript {
  readonly grammar: 'javascript' | 'typescript' | 'tsx';
  readonly text: Node;
}

function attribute(tag: Node | undefined, wanted: string): string {
  const found = tag?.namedChildren.find((child) => child.type === 'attribute' && child.namedChildren[0]?.text === wanted);
  return found?.namedChildren[1]?.text.replace(/^["']|["']$/g, '').toLowerCase() ?? '';
}

/** The scripts of a page or component; those that hold data or templates are left out. */
export function embeddedScripts(root: Node): readonly EmbeddedScript[] {
  return root.descendantsOfType('script_element').flatMap((element) => {
    const text = element === null ? undefined : childOfType(element, 'raw_text');
    if (element === null || text === undefined) return [];
    const tag = childOfType(element, 'start_tag');
    const type = attribute(tag, 'type');
    if (type !== '' && !/javascript|typescript|module|babel|jsx|ecmascript/.test(type)) return [];
    const language = attribute(tag, 'lang');
    const grammar = language === 'tsx' ? 'tsx' : language.startsWith('t') || /typescript/.test(type) ? 'typescript' : 'javascript';
    return [{ grammar, text }];
  });
}
