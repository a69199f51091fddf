import type { Node } from 'web-tree-sitter';
import { childOfType, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

const DEFINES = /^def(p|macro|macrop|guard|guardp|delegate|n|np)?$/;
const MODULES: ReadonlySet<string> = new Set(['defmodule', 'defprotocol', 'defimpl']);

/** The text of `@doc "..."` and its like; undefined for other attributes. */
function docAttribute(node: Node): string | undefined {
  const call = node.childForFieldName('operand');
  if (call?.type !== 'call' || !/^(module|type)?doc$/.test(call.childForFieldName('target')?.text ?? '')) return undefined;
  const value = childOfType(call, 'arguments')?.namedChildren[0];
  return value === undefined || !/string|sigil|charlist/.test(value.type)
    ? ''
    : value.text.replace(/^(~[A-Za-z])?("""|'''|")/, '').replace(/("""|'''|")$/, '');
}

/** The name in `name(args)`, `name(args) when guard` and `a <~> b`. */
function headName(head: Node | undefined): string | undefined {
  const bare =
    head?.type === 'binary_operator' && head.childForFieldName('operator')?.type === 'when' ? head.childForFieldName('left') : head;
  if (bare?.type === 'binary_operator') return nameText(bare.childForFieldName('operator'));
  return nameText(bare?.type === 'call' ? bare.childForFieldName('target') : bare);
}

const call: Definer = (node, scope) => {
  const target = node.childForFieldName('target');
  if (target?.type !== 'identifier') return undefined;
  const word = target.text;
  const head = childOfType(node, 'arguments')?.namedChildren[0];
  if (MODULES.has(word)) {
    const name = nameText(head)?.replace(/^:/, '');
    const body = childOfType(node, 'do_block');
    if (name === undefined || body === undefined) return undefined;
    const about = body.namedChildren.find((child) => child.type === 'unary_operator' && child.text.startsWith('@moduledoc'));
    const doc = about === undefined ? '' : (docAttribute(about) ?? '');
    return { name, kind: word === 'defprotocol' ? 'interface' : 'module', bodies: [body], doc };
  }
  if (!DEFINES.test(word)) return undefined;
  const name = headName(head);
  if (name === undefined) return undefined;
  if (word.startsWith('defmacro')) return { name, kind: 'macro', clause: true };
  return { name, kind: scope.kind === 'interface' ? 'method' : 'function', clause: true };
};

export const ELIXIR = rules({
  definitions: { call },
  // Blocks of `describe`, `if` and `quote` are calls with a body too.
  pass: 'source call do_block',
  attributes: 'unary_operator',
  docOf: docAttribute,
  commentLine: /^\s*#/,
});
