import type { Node } from 'web-tree-sitter';
import type { ChunkKind } from '../../core/chunk.ts';
import { childrenOfType, fieldName, leaf, namesIn } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

const TYPE_KINDS: Readonly<Record<string, ChunkKind>> = { struct_type: 'struct', interface_type: 'interface' };

/** The type's name in `(s *Server[T])`; undefined when there is none. */
function receiverType(node: Node): string | undefined {
  const text = node.childForFieldName('receiver')?.text ?? '';
  return /([\p{L}_][\p{L}\p{N}_]*)\s*(?:\[[^\]]*\])?\s*\)$/u.exec(text)?.[1];
}

const method: Definer = (node) => {
  const name = fieldName(node, 'name');
  if (name === undefined) return undefined;
  const receiver = receiverType(node);
  return { name: receiver === undefined ? name : `${receiver}.${name}`, kind: 'method' };
};

const typeSpec: Definer = (node) => {
  const name = fieldName(node, 'name');
  const type = node.childForFieldName('type');
  return name === undefined
    ? undefined
    : { name, kind: TYPE_KINDS[type?.type ?? ''] ?? 'type', names: namesIn(type, ['method_elem', 'method_spec']) };
};

/** A `const` or `var` group is called by its first name; the others are names inside. */
const values: Definer = (node) => {
  const specs = [node, ...childrenOfType(node, 'var_spec_list')].flatMap((list) => childrenOfType(list, 'const_spec', 'var_spec'));
  const names = specs.flatMap((spec) => {
    const name = fieldName(spec, 'name');
    return name === undefined ? [] : [{ name, row: spec.startPosition.row }];
  });
  const first = names[0];
  return first === undefined ? undefined : { name: first.name, kind: 'constant', names: names.slice(1), minor: true };
};

export const GO = rules({
  definitions: {
    function_declaration: leaf('function'),
    method_declaration: method,
    type_spec: typeSpec,
    type_alias: leaf('type'),
    const_declaration: values,
    var_declaration: values,
  },
  pass: 'source_file',
  wrappers: 'type_declaration',
});
