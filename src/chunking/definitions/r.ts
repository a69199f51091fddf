import type { Node } from 'web-tree-sitter';
import { nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

/** Calls that define what their first argument names. */
const DEFINING: ReadonlyMap<string, 'class' | 'function' | 'method'> = new Map([
  ['setClass', 'class'],
  ['setRefClass', 'class'],
  ['R6Class', 'class'],
  ['setGeneric', 'function'],
  ['setMethod', 'method'],
]);

function firstString(call: Node): string | undefined {
  const value = call.childForFieldName('arguments')?.namedChildren[0]?.childForFieldName('value');
  return value?.type === 'string' ? nameText(value)?.slice(1, -1) : undefined;
}

function calledWord(call: Node): string {
  return (call.childForFieldName('function')?.text ?? '').replace(/^\w+::/, '');
}

const call: Definer = (node) => {
  const kind = DEFINING.get(calledWord(node));
  const name = kind === undefined ? undefined : firstString(node);
  return kind === undefined || name === undefined ? undefined : { name, kind };
};

const binary: Definer = (node) => {
  const isRight = /^->/.test(node.childForFieldName('operator')?.type ?? '');
  if (!/^(<<?-|=|->>?)$/.test(node.childForFieldName('operator')?.type ?? '')) return undefined;
  const name = nameText(node.childForFieldName(isRight ? 'rhs' : 'lhs'))?.replace(/^[`"'](.*)[`"']$/, '$1');
  const value = node.childForFieldName(isRight ? 'lhs' : 'rhs');
  if (name === undefined || value === null || !/^[\w.$<-]+$/.test(name)) return undefined;
  if (value.type === 'function_definition') return { name, kind: 'function' };
  const kind = value.type === 'call' ? DEFINING.get(calledWord(value)) : undefined;
  return kind === undefined ? { name, kind: 'constant', minor: true } : { name, kind };
};

export const R = rules({
  definitions: { binary_operator: binary, call },
  pass: 'program if_statement braced_expression',
  commentLine: /^\s*#/,
});
