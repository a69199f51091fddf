import type { Node } from 'web-tree-sitter';
import { bodiesOf, clause, container, fieldName, leaf, namesIn, nameText } from './nodes.ts';
import { type Definer, type Found, rules, type Scope } from './rules.ts';

const FUNCTIONS = new Set(['arrow_function', 'function_expression', 'generator_function', 'function']);
const TRANSPARENT = new Set(['as_expression', 'satisfies_expression', 'parenthesized_expression', 'non_null_expression', 'type_assertion']);
const MULTI_LINE_VALUES = new Set([
  'call_expression',
  'array',
  'new_expression',
  'template_string',
  'binary_expression',
  'await_expression',
]);

/** The value below casts and parentheses. */
function bareValue(node: Node | null): Node | undefined {
  let value = node;
  while (value !== null && TRANSPARENT.has(value.type)) value = value.namedChildren.at(value.type === 'type_assertion' ? -1 : 0) ?? null;
  return value ?? undefined;
}

/** What a name stands for when it is bound to a value; undefined for values that are no definition of their own. */
function boundTo(name: string, value: Node | undefined, scope: Scope): Found | undefined {
  if (value === undefined) return undefined;
  if (FUNCTIONS.has(value.type)) return { name, kind: 'function', ...(scope.local ? { minor: true } : {}) };
  if (value.type === 'class') return { name, kind: 'class', bodies: bodiesOf(value, 'body') };
  if (value.type === 'call_expression' && !scope.local) {
    const first = bareValue(value.childForFieldName('arguments')?.namedChildren[0] ?? null);
    // `memo(() => ...)`, `debounce(function () ...)`: the wrapped function is what the name stands for.
    return { name, kind: first !== undefined && FUNCTIONS.has(first.type) ? 'function' : 'constant', minor: true };
  }
  if (value.type === 'object') return scope.local ? undefined : { name, kind: 'constant', bodies: [value], minor: true };
  return MULTI_LINE_VALUES.has(value.type) && !scope.local ? { name, kind: 'constant', minor: true } : undefined;
}

/** The name that an assignment gives: `exports.a` and `Type.prototype.a` without the words between. */
function assignedName(left: Node | null): string | undefined {
  const text = nameText(left)
    ?.replace(/^(module\.)?exports\./, '')
    .replace(/\.prototype(?=\.|$)/, '')
    .replace(/\[(['"])([\w$]+)\1\]/g, '.$2');
  return text !== undefined && /^[\w$#.[\]]+$/.test(text) && !/^(this|self)\./.test(text) ? text : undefined;
}

const declarator: Definer = (node, scope) => {
  const name = fieldName(node, 'name');
  return name === undefined || /^[[{]/.test(name) ? undefined : boundTo(name, bareValue(node.childForFieldName('value')), scope);
};

const assignment: Definer = (node, scope) => {
  let name = assignedName(node.childForFieldName('left'));
  let value = bareValue(node.childForFieldName('right'));
  while (value?.type === 'assignment_expression') {
    const inner = assignedName(value.childForFieldName('left'));
    if (name === undefined || /^(module\.)?exports$/.test(name)) name = inner ?? name;
    value = bareValue(value.childForFieldName('right'));
  }
  if (name === undefined) return undefined;
  if (!/^(module\.)?exports$/.test(name)) return boundTo(name, value, scope);
  // `module.exports = { ... }` is looked through; `module.exports = function create() {}` is called by its own name.
  if (value === undefined || value.type === 'object' || value.type === 'call_expression') return undefined;
  return boundTo(fieldName(value, 'name') ?? 'exports', value, scope);
};

const member: Definer = (node) => {
  const name = nameText(node.childForFieldName('name') ?? node.childForFieldName('property') ?? node.childForFieldName('key'))?.replace(
    /^(['"])(.*)\1$/,
    '$2',
  );
  const value = bareValue(node.childForFieldName('value'));
  // `'text/plain': () => ...` is an entry of a table, not a name.
  if (name === undefined || value === undefined || !FUNCTIONS.has(value.type) || !/^[\w$#:.[\]-]+$/.test(name)) return undefined;
  return { name, kind: node.type === 'pair' ? 'function' : 'method' };
};

/** `defineGetter(app, 'host', function host() {})`: a callback with a name of its own is worth finding by it. */
const namedCallback: Definer = (node, scope) => {
  if (scope.local) return undefined;
  const callback = node.childForFieldName('arguments')?.namedChildren.find((argument) => argument.type === 'function_expression');
  const name = callback === undefined ? undefined : fieldName(callback, 'name');
  return name === undefined ? undefined : { name, kind: 'function', minor: true };
};

/** `export default function () {}` and its like have no name of their own. */
const nameless =
  (kind: 'function' | 'class'): Definer =>
  (node, scope, { parent }) => {
    if (parent.type !== 'export_statement') return undefined;
    const name = fieldName(node, 'name') ?? 'default';
    return kind === 'class' ? { name, kind, bodies: bodiesOf(node, 'body') } : { name, kind: scope.kind === 'class' ? 'method' : kind };
  };

const interfaceDeclaration: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: 'interface', names: namesIn(node.childForFieldName('body'), ['method_signature']) };
};

const moduleDeclaration: Definer = (node, scope, around) => {
  const name = node.childForFieldName('name');
  // `declare module 'x'` tells about another file: what is inside keeps its own name.
  return name === null || name.type === 'string' ? undefined : container('module')(node, scope, around);
};

/** JavaScript and TypeScript, with and without JSX, and the scripts of Vue, Svelte and HTML. */
export const JAVASCRIPT = rules({
  definitions: {
    function_declaration: clause('function'),
    generator_function_declaration: leaf('function'),
    function_signature: clause('function'),
    function_expression: nameless('function'),
    arrow_function: nameless('function'),
    class: nameless('class'),
    class_declaration: container('class'),
    abstract_class_declaration: container('class'),
    interface_declaration: interfaceDeclaration,
    type_alias_declaration: leaf('type'),
    enum_declaration: leaf('enum'),
    internal_module: moduleDeclaration,
    module: moduleDeclaration,
    method_definition: clause('method'),
    method_signature: clause('method'),
    abstract_method_signature: leaf('method'),
    public_field_definition: member,
    field_definition: member,
    pair: member,
    variable_declarator: declarator,
    assignment_expression: assignment,
    call_expression: namedCallback,
  },
  pass: `program statement_block if_statement else_clause try_statement catch_clause finally_clause parenthesized_expression
    unary_expression call_expression arguments object pair await_expression return_statement sequence_expression internal_module
    module assignment_expression as_expression satisfies_expression labeled_statement`,
  wrappers: 'export_statement ambient_declaration expression_statement lexical_declaration variable_declaration',
  locals: 'function_expression arrow_function',
  tall: 'call_expression arguments parenthesized_expression unary_expression await_expression return_statement sequence_expression',
  comments: 'comment html_comment',
  attributes: 'decorator',
});
