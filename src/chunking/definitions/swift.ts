import type { Node } from 'web-tree-sitter';
import type { ChunkKind } from '../../core/chunk.ts';
import { bodiesOf, childOfType, container, fieldName, leaf, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

const KINDS: Readonly<Record<string, ChunkKind>> = { struct: 'struct', enum: 'enum' };

/** `class`, `struct`, `enum`, `actor` and `extension` are one node type that differs by a word. */
function classKind(node: Node): ChunkKind {
  const word = node.childForFieldName('declaration_kind')?.type ?? node.children.find((child) => child.type in KINDS)?.type;
  return KINDS[word ?? ''] ?? 'class';
}

const classDeclaration: Definer = (node) => {
  const name = fieldName(node, 'name')?.replace(/<.*$/, '');
  return name === undefined ? undefined : { name, kind: classKind(node), bodies: bodiesOf(node, 'body') };
};

const property: Definer = (node) => {
  const name = nameText(node.childForFieldName('name'));
  if (name === undefined) return undefined;
  return { name, kind: node.childForFieldName('computed_value') === null ? 'constant' : 'method', minor: true };
};

const called =
  (name: string): Definer =>
  () => ({ name, kind: 'method' });

export const SWIFT = rules({
  definitions: {
    class_declaration: classDeclaration,
    protocol_declaration: container('interface'),
    function_declaration: leaf('function'),
    protocol_function_declaration: leaf('method'),
    init_declaration: called('init'),
    deinit_declaration: called('deinit'),
    subscript_declaration: called('subscript'),
    typealias_declaration: leaf('type'),
    property_declaration: property,
    macro_declaration: (node) => {
      const name = nameText(childOfType(node, 'simple_identifier'));
      return name === undefined ? undefined : { name, kind: 'macro' };
    },
  },
  pass: 'source_file',
  comments: 'comment multiline_comment',
  attributes: 'attribute',
});
