import type { Node } from 'web-tree-sitter';
import { bodiesOf, fieldName, leaf } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

/** The docstring of a function or class, without its quotes; empty when there is none. */
function docstring(node: Node): string {
  const first = node.childForFieldName('body')?.namedChildren.find((child) => child.type !== 'comment');
  const text = first?.type === 'expression_statement' ? first.namedChildren[0] : first;
  if (text?.type !== 'string') return '';
  return text.text.replace(/^[a-zA-Z]*("""|'''|"|')/, '').replace(/("""|'''|"|')$/, '');
}

const functionDefinition: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: 'function', doc: docstring(node) };
};

const classDefinition: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: 'class', bodies: bodiesOf(node, 'body'), doc: docstring(node) };
};

const assignment: Definer = (node, scope) => {
  const left = node.childForFieldName('left');
  if (left?.type !== 'identifier' || scope.symbol !== '') return undefined;
  return { name: left.text, kind: node.childForFieldName('right')?.type === 'lambda' ? 'function' : 'constant', minor: true };
};

export const PYTHON = rules({
  definitions: {
    function_definition: functionDefinition,
    class_definition: classDefinition,
    assignment,
    type_alias_statement: leaf('type', 'left'),
  },
  pass: `module block if_statement elif_clause else_clause try_statement except_clause except_group_clause finally_clause with_statement
    for_statement while_statement match_statement case_clause`,
  wrappers: 'decorated_definition expression_statement',
  attributes: 'decorator',
  commentLine: /^\s*#/,
});
