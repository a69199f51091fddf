import type { Node } from 'web-tree-sitter';
import { bodiesOf, childOfType, childrenOfType, container, fieldName, nameText } from './nodes.ts';
import { type Around, type Definer, type Found, rules } from './rules.ts';

const SIGNATURES = [
  'function_signature',
  'getter_signature',
  'setter_signature',
  'constructor_signature',
  'constant_constructor_signature',
  'factory_constructor_signature',
  'redirecting_factory_constructor_signature',
  'operator_signature',
];

/** The name that a signature gives: `from` of `Cart.from(...)`, `Cart` of `Cart(...)`. */
function signatureName(signature: Node): string | undefined {
  if (signature.type === 'operator_signature') return `operator${/operator\s*([^\s(]+)/.exec(signature.text)?.[1] ?? ''}`;
  return fieldName(signature, 'name') === undefined || /constructor/.test(signature.type)
    ? nameText(childrenOfType(signature, 'identifier').at(-1))
    : fieldName(signature, 'name');
}

/** A signature and its body stand side by side in the tree. */
function withBody(signature: Node | undefined, { next }: Around): Found | undefined {
  const name = signature === undefined ? undefined : signatureName(signature);
  if (name === undefined) return undefined;
  return { name, kind: 'function', ...(next?.type === 'function_body' ? { until: next } : {}) };
}

const inner: Definer = (node, _, around) => withBody(childOfType(node, ...SIGNATURES), around);

const mixin: Definer = (node) => {
  const name = nameText(childOfType(node, 'identifier'));
  return name === undefined ? undefined : { name, kind: 'trait', bodies: bodiesOf(node, 'class_body') };
};

const constants: Definer = (node) => {
  const name = nameText(childOfType(childOfType(node, 'static_final_declaration') ?? node, 'identifier'));
  return name === undefined ? undefined : { name, kind: 'constant', minor: true };
};

export const DART = rules({
  definitions: {
    class_definition: container('class'),
    mixin_declaration: mixin,
    extension_declaration: container('class'),
    extension_type_declaration: container('class'),
    enum_declaration: container('enum'),
    function_signature: (node, _, around) => withBody(node, around),
    getter_signature: (node, _, around) => withBody(node, around),
    setter_signature: (node, _, around) => withBody(node, around),
    method_signature: inner,
    declaration: inner,
    type_alias: (node) => {
      const name = nameText(childOfType(node, 'type_identifier', 'identifier'));
      return name === undefined ? undefined : { name, kind: 'type' };
    },
    static_final_declaration_list: constants,
  },
  pass: 'program',
  comments: 'comment documentation_comment block_comment',
  attributes: 'annotation',
});
