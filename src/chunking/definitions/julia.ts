import type { Node } from 'web-tree-sitter';
import { childOfType, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

/** Heads nested deeper than this are no real code. */
const MAX_HEAD = 12;

/** The name at the start of a head such as `solve(A)::T where T`, `Base.show(io)` or `Point{T} <: Shape`. */
function headName(head: Node | undefined): string | undefined {
  let node = head;
  for (let step = 0; node !== undefined && step < MAX_HEAD; step += 1) {
    if (/^(identifier|field_expression|operator|macro_identifier)$/.test(node.type)) return nameText(node);
    node = node.namedChildren[0];
  }
  return undefined;
}

const headed =
  (kind: 'function' | 'macro' | 'struct' | 'type'): Definer =>
  (node) => {
    const name = headName(childOfType(node, 'signature', 'type_head') ?? node.namedChildren[0]);
    return name === undefined ? undefined : { name, kind };
  };

/** `area(s) = 0` is a function in one line. */
const assignment: Definer = (node) => {
  const left = node.namedChildren[0];
  if (left !== undefined && /^(call_expression|where_expression|typed_expression)$/.test(left.type) && left.text.includes('(')) {
    const name = headName(left);
    return name === undefined ? undefined : { name, kind: 'function' };
  }
  return left?.type === 'identifier' ? { name: left.text, kind: 'constant', minor: true } : undefined;
};

function docString(node: Node): string | undefined {
  return node.type === 'string_literal' ? node.text.replace(/^"+/, '').replace(/"+$/, '') : undefined;
}

export const JULIA = rules({
  definitions: {
    function_definition: headed('function'),
    macro_definition: headed('macro'),
    struct_definition: headed('struct'),
    abstract_definition: headed('type'),
    primitive_definition: headed('type'),
    assignment,
  },
  pass: 'source_file module_definition if_statement else_clause elseif_clause compound_statement let_statement',
  wrappers: 'const_statement macrocall_expression macro_argument_list global_statement',
  attributes: 'string_literal',
  docOf: docString,
  commentLine: /^\s*#/,
});
