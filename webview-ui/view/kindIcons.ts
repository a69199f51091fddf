import type { ChunkKind } from '../../src/core/chunk.ts';

/** Codicon of each kind, and the name of its colour among the theme's symbol icons. */
export const KIND_ICONS: Readonly<Record<ChunkKind, { readonly icon: string; readonly colour: string; readonly label: string }>> = {
  function: { icon: 'symbol-method', colour: 'function', label: 'function' },
  method: { icon: 'symbol-method', colour: 'function', label: 'method' },
  class: { icon: 'symbol-class', colour: 'class', label: 'class' },
  interface: { icon: 'symbol-interface', colour: 'interface', label: 'interface' },
  struct: { icon: 'symbol-structure', colour: 'struct', label: 'struct' },
  enum: { icon: 'symbol-enum', colour: 'class', label: 'enum' },
  trait: { icon: 'symbol-interface', colour: 'interface', label: 'trait' },
  type: { icon: 'symbol-parameter', colour: 'interface', label: 'type' },
  module: { icon: 'symbol-namespace', colour: 'plain', label: 'module' },
  constant: { icon: 'symbol-constant', colour: 'plain', label: 'constant' },
  macro: { icon: 'symbol-snippet', colour: 'function', label: 'macro' },
  section: { icon: 'symbol-text', colour: 'plain', label: 'section' },
  rest: { icon: 'code', colour: 'plain', label: 'code' },
};
