import type { Node } from 'web-tree-sitter';
import { bodiesOf, childOfType, fieldName, leaf, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

/** The name of a signature or an equation; of an operator without its parentheses. */
function equationName(node: Node): string | undefined {
  const infix = childOfType(node, 'infix');
  const name = node.childForFieldName('name');
  if (name !== null) return nameText(name)?.replace(/^\((.*)\)$/, '$1');
  return infix === undefined ? undefined : fieldName(infix, 'operator');
}

const equation: Definer = (node) => {
  const name = equationName(node);
  return name === undefined ? undefined : { name, kind: 'function', clause: true };
};

const typeClass: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: 'trait', bodies: bodiesOf(node, 'declarations') };
};

/** An instance is called by its class, and the type stands among its names. */
const instance: Definer = (node) => {
  const name = fieldName(node, 'name');
  const type = /^[A-Z]\w*/.exec(node.childForFieldName('patterns')?.text ?? '')?.[0];
  if (name === undefined) return undefined;
  const names = type === undefined ? [] : [{ name: type, row: node.startPosition.row }];
  return { name, kind: 'class', bodies: bodiesOf(node, 'declarations'), names };
};

export const HASKELL = rules({
  definitions: {
    signature: equation,
    function: equation,
    bind: equation,
    data_type: leaf('type'),
    newtype: leaf('type'),
    type_synomym: leaf('type'),
    type_family: leaf('type'),
    data_family: leaf('type'),
    class: typeClass,
    instance,
  },
  pass: 'haskell declarations',
  comments: 'comment haddock',
  attributes: 'pragma',
  attributeBelow: /^\{-#\s*(?:(?:NO)?INLIN|OPAQUE|SPECIALI)/i,
  docApart: /^\s*--\s*\|/,
  commentLine: /^\s*--([^!#$%&*+./<=>?@\\^|~-]|\s*\||$)/,
});
