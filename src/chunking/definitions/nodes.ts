import type { Node } from 'web-tree-sitter';
import type { ChunkKind } from '../../core/chunk.ts';
import type { Definer, NamedRow } from './rules.ts';

/** Longest name that is taken for one; what is longer is an expression. */
const MAX_NAME = 120;

/** The text of a node as a name: without white space, undefined when empty or too long. */
export function nameText(node: Node | null | undefined): string | undefined {
  const text = node?.text.replace(/\s+/g, '');
  return text === undefined || text === '' || text.length > MAX_NAME ? undefined : text;
}

/** The name that stands in a field of the node. */
export function fieldName(node: Node, field: string): string | undefined {
  return nameText(node.childForFieldName(field));
}

/** The first named child of one of the types. */
export function childOfType(node: Node, ...types: readonly string[]): Node | undefined {
  return node.namedChildren.find((child) => types.includes(child.type));
}

/** The named children of one of the types. */
export function childrenOfType(node: Node, ...types: readonly string[]): readonly Node[] {
  return node.namedChildren.filter((child) => types.includes(child.type));
}

/** A definition with a name in a field and nothing to look for inside. */
export function leaf(kind: ChunkKind, field = 'name'): Definer {
  return (node) => {
    const name = fieldName(node, field);
    return name === undefined ? undefined : { name, kind };
  };
}

/** Like `leaf`, for one of several clauses or overloads that stand together. */
export function clause(kind: ChunkKind, field = 'name'): Definer {
  return (node) => {
    const name = fieldName(node, field);
    return name === undefined ? undefined : { name, kind, clause: true };
  };
}

/** The bodies of a node: what stands in a field, or the children of the types. */
export function bodiesOf(node: Node, ...fieldsOrTypes: readonly string[]): readonly Node[] {
  return fieldsOrTypes.flatMap((word) => {
    const inField = node.childForFieldName(word);
    return inField === null ? childrenOfType(node, word) : [inField];
  });
}

/** A definition with a name in a field and members in its body; without any body it is a mention and defines nothing. */
export function container(kind: ChunkKind, bodies: readonly string[] = ['body'], field = 'name'): Definer {
  return (node) => {
    const name = fieldName(node, field);
    const found = bodiesOf(node, ...bodies);
    return name === undefined || found.length === 0 ? undefined : { name, kind, bodies: found };
  };
}

/** Like `container`, but a definition without a body counts too, as `class Empty` of Kotlin does. */
export function openContainer(kind: ChunkKind, bodies: readonly string[] = ['body'], field = 'name'): Definer {
  return (node) => {
    const name = fieldName(node, field);
    return name === undefined ? undefined : { name, kind, bodies: bodiesOf(node, ...bodies) };
  };
}

/** Names in a field of the children of one of the types, with their rows. */
export function namesIn(body: Node | null | undefined, types: readonly string[], field = 'name'): readonly NamedRow[] {
  if (body === null || body === undefined) return [];
  return childrenOfType(body, ...types).flatMap((child) => {
    const name = fieldName(child, field);
    return name === undefined ? [] : [{ name, row: child.startPosition.row }];
  });
}
