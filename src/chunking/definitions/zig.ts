import type { ChunkKind } from '../../core/chunk.ts';
import { childOfType, fieldName, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

const TYPES: Readonly<Record<string, ChunkKind>> = {
  struct_declaration: 'struct',
  union_declaration: 'struct',
  opaque_declaration: 'struct',
  enum_declaration: 'enum',
  error_set_declaration: 'enum',
};

const variable: Definer = (node) => {
  const name = nameText(childOfType(node, 'identifier'));
  const type = childOfType(node, ...Object.keys(TYPES));
  if (name === undefined) return undefined;
  if (type === undefined) return { name, kind: 'constant', minor: true };
  return { name, kind: TYPES[type.type] ?? 'struct', bodies: [type] };
};

/** A function that returns a type is how Zig writes generics: what is inside the type are its members. */
const functionDeclaration: Definer = (node) => {
  const name = fieldName(node, 'name');
  if (name === undefined) return undefined;
  const returned =
    fieldName(node, 'type') === 'type' ? node.descendantsOfType(Object.keys(TYPES)).find((type) => type !== null) : undefined;
  return returned === undefined ? { name, kind: 'function' } : { name, kind: 'struct', bodies: [returned] };
};

const test: Definer = (node) => {
  const name = childOfType(node, 'string', 'identifier')?.text.replace(/^"|"$/g, '');
  return { name: name === undefined ? 'test' : `test ${name}`, kind: 'function' };
};

export const ZIG = rules({
  definitions: { variable_declaration: variable, function_declaration: functionDeclaration, test_declaration: test },
  pass: 'source_file comptime_declaration',
});
