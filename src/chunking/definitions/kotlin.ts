import type { Node } from 'web-tree-sitter';
import type { ChunkKind } from '../../core/chunk.ts';
import { bodiesOf, childOfType, fieldName, leaf, nameText, openContainer } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

function classKind(node: Node): ChunkKind {
  if (node.children.some((child) => child.type === 'interface')) return 'interface';
  return childOfType(node, 'enum_class_body') === undefined ? 'class' : 'enum';
}

const classDeclaration: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: classKind(node), bodies: bodiesOf(node, 'class_body', 'enum_class_body') };
};

/** An extension function is called by its receiver: `String.twice`. */
const functionDeclaration: Definer = (node) => {
  const name = node.childForFieldName('name');
  if (name === null) return undefined;
  const receiver = node.namedChildren.find((child) => /_type$/.test(child.type) && child.startIndex < name.startIndex);
  const type = receiver === undefined ? undefined : /^[\w.]+/.exec(receiver.text)?.[0];
  return { name: type === undefined ? name.text : `${type}.${name.text}`, kind: 'function' };
};

const property: Definer = (node) => {
  const name = nameText(childOfType(node, 'variable_declaration')?.namedChildren.find((child) => /identifier$/.test(child.type)));
  if (name === undefined) return undefined;
  return { name, kind: childOfType(node, 'getter', 'setter') === undefined ? 'constant' : 'method', minor: true };
};

export const KOTLIN = rules({
  definitions: {
    class_declaration: classDeclaration,
    object_declaration: openContainer('class', ['class_body']),
    function_declaration: functionDeclaration,
    secondary_constructor: () => ({ name: 'constructor', kind: 'method' }),
    property_declaration: property,
    type_alias: leaf('type', 'type'),
  },
  pass: 'source_file companion_object class_body',
});
