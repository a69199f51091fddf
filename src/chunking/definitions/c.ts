import type { Node } from 'web-tree-sitter';
import type { ChunkKind } from '../../core/chunk.ts';
import { bodiesOf, container, fieldName, leaf, nameText } from './nodes.ts';
import { type Definer, rules, type Scope } from './rules.ts';

const NAMES = new Set([
  'identifier',
  'field_identifier',
  'type_identifier',
  'destructor_name',
  'operator_name',
  'operator_cast',
  'qualified_identifier',
  'template_function',
]);
/** Declarators nested deeper than this are no real code. */
const MAX_DECLARATORS = 20;

/** The node that names what a declarator declares, below pointers, references and parameter lists. */
function declared(node: Node): Node | undefined {
  let declarator = node.childForFieldName('declarator');
  for (let step = 0; declarator !== null && step < MAX_DECLARATORS; step += 1) {
    if (NAMES.has(declarator.type)) return declarator;
    const next: Node | null = declarator.childForFieldName('declarator');
    declarator = next ?? declarator.namedChildren.find((child) => /declarator$|identifier$|_name$/.test(child.type)) ?? null;
  }
  return undefined;
}

/** Text without template arguments, of which there may be several levels. */
function withoutTemplates(text: string): string {
  let plain = text;
  for (let step = 0; step < 8; step += 1) {
    const shorter = plain.replace(/<[^<>]*>/g, '');
    if (shorter === plain) return plain;
    plain = shorter;
  }
  return plain;
}

/** `ns::Type<T>::method` as `Type.method`; inside a class only the last part. */
function shortName(node: Node, scope: Scope): string | undefined {
  if (node.type === 'operator_name') return nameText(node);
  if (node.type === 'operator_cast') return `operator ${withoutTemplates(fieldName(node, 'type') ?? '')}`;
  const text = nameText(node);
  if (text === undefined || node.type !== 'qualified_identifier') return text === undefined ? undefined : withoutTemplates(text);
  const operator = /operator[^\w].*$/.exec(text)?.[0];
  const parts = withoutTemplates(operator === undefined ? text : text.slice(0, -operator.length)).split('::');
  const named = [...parts.filter((part) => part !== ''), ...(operator === undefined ? [] : [operator])];
  return named.slice(scope.kind === 'class' || scope.kind === 'struct' ? -1 : -2).join('.');
}

const functionDefinition: Definer = (node, scope) => {
  const declarator = node.childForFieldName('declarator');
  const type = node.childForFieldName('type');
  if (declarator?.type === 'identifier' && (type?.type === 'class_specifier' || type?.type === 'struct_specifier')) {
    // `class EXPORT Name {` reads as a function that returns a class: the macro takes the place of the name.
    return { name: declarator.text, kind: 'class', bodies: bodiesOf(node, 'body') };
  }
  const name = declared(node);
  const short = name === undefined ? undefined : shortName(name, scope);
  if (short === undefined || /^(if|for|while|switch)$/.test(short)) return undefined;
  return { name: short, kind: scope.kind === undefined && short.includes('.') ? 'method' : 'function' };
};

/** A table of values is a constant; functions declared without a body stay with what is around them. */
const declaration: Definer = (node, scope) => {
  const declarator = node.childForFieldName('declarator');
  const name = declarator?.type === 'init_declarator' && scope.symbol === '' ? declared(node) : undefined;
  const text = name === undefined ? undefined : nameText(name);
  return text === undefined ? undefined : { name: text, kind: 'constant', minor: true };
};

const TYPE_KINDS: Readonly<Record<string, ChunkKind>> = {
  struct_specifier: 'struct',
  union_specifier: 'struct',
  class_specifier: 'class',
  enum_specifier: 'enum',
};

const typeDefinition: Definer = (node) => {
  const type = node.childForFieldName('type');
  const name = declared(node);
  const text = name === undefined ? undefined : nameText(name);
  if (text === undefined) return undefined;
  const hasBody = type !== null && type.childForFieldName('body') !== null;
  return { name: text, kind: (hasBody ? TYPE_KINDS[type.type] : undefined) ?? 'type', minor: !hasBody };
};

const typeContainer =
  (kind: ChunkKind): Definer =>
  (node, scope, around) => {
    const found = container(kind)(node, scope, around);
    return found === undefined ? undefined : { ...found, name: withoutTemplates(found.name).split('::').slice(-2).join('.') };
  };

const macro: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: 'macro', minor: true };
};

/** C and C++. A `struct_specifier` without a body is a mention of the type, not its definition. */
export const C = rules({
  definitions: {
    function_definition: functionDefinition,
    struct_specifier: typeContainer('struct'),
    union_specifier: typeContainer('struct'),
    class_specifier: typeContainer('class'),
    enum_specifier: typeContainer('enum'),
    type_definition: typeDefinition,
    alias_declaration: leaf('type'),
    concept_definition: leaf('type'),
    preproc_function_def: macro,
    preproc_def: macro,
    declaration,
  },
  pass: `translation_unit namespace_definition declaration_list preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef
    linkage_specification field_declaration declaration compound_statement labeled_statement`,
  wrappers: 'template_declaration',
  comments: 'comment',
  attributes: 'attribute_declaration',
});
