import type { Node } from 'web-tree-sitter';
import type { ChunkKind } from '../../core/chunk.ts';
import { bodiesOf, fieldName, leaf } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

const opened =
  (kind: ChunkKind): Definer =>
  (node) => {
    const name = fieldName(node, 'name')?.replace(/^::/, '').replaceAll('::', '.');
    return name === undefined ? undefined : { name, kind, bodies: bodiesOf(node, 'body') };
  };

function blockOf(call: Node): readonly Node[] {
  return bodiesOf(call, 'block').flatMap((block) => bodiesOf(block, 'body'));
}

/** `define_method(:name) do ... end` defines a method like any other. */
const call: Definer = (node) => {
  if (!/^define_(singleton_)?method$/.test(fieldName(node, 'method') ?? '')) return undefined;
  const name = /^:?"?([\w?!=]+)"?$/.exec(node.childForFieldName('arguments')?.namedChildren[0]?.text ?? '')?.[1];
  return name === undefined ? undefined : { name, kind: 'method' };
};

/** `Point = Struct.new(:x) do ... end` opens a class; other constants are only constants. */
const assignment: Definer = (node) => {
  const left = node.childForFieldName('left');
  if (left?.type !== 'constant') return undefined;
  const right = node.childForFieldName('right');
  const bodies = right?.type === 'call' ? blockOf(right) : [];
  return bodies.length === 0 ? { name: left.text, kind: 'constant', minor: true } : { name: left.text, kind: 'class', bodies };
};

export const RUBY = rules({
  definitions: {
    method: (node, scope, around) => leaf(scope.symbol === '' ? 'function' : 'method')(node, scope, around),
    singleton_method: leaf('method'),
    class: opened('class'),
    module: opened('module'),
    call,
    assignment,
  },
  pass: 'program body_statement singleton_class call do_block block argument_list if unless if_modifier unless_modifier begin rescue then else',
  commentLine: /^\s*#/,
});
