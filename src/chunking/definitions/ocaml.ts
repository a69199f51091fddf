import { bodiesOf, childOfType, fieldName, leaf, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

const letBinding: Definer = (node) => {
  const pattern = node.childForFieldName('pattern');
  const name = nameText(pattern);
  if (name === undefined || (pattern?.type !== 'value_name' && pattern?.type !== 'parenthesized_operator')) return undefined;
  const body = node.childForFieldName('body')?.type ?? '';
  const isFunction = childOfType(node, 'parameter') !== undefined || /^(fun|function)_expression$/.test(body);
  return { name, kind: isFunction ? 'function' : 'constant', ...(isFunction ? {} : { minor: true }) };
};

const moduleBinding: Definer = (node) => {
  const name = nameText(childOfType(node, 'module_name'));
  return name === undefined ? undefined : { name, kind: 'module', bodies: bodiesOf(node, 'body') };
};

const moduleType: Definer = (node) => {
  const name = nameText(childOfType(node, 'module_type_name'));
  return name === undefined ? undefined : { name, kind: 'interface', bodies: bodiesOf(node, 'body') };
};

const classBinding: Definer = (node) => {
  const name = nameText(childOfType(node, 'class_name'));
  return name === undefined ? undefined : { name, kind: 'class', bodies: bodiesOf(node, 'body') };
};

const named =
  (type: string, kind: 'function' | 'method'): Definer =>
  (node) => {
    const name = nameText(childOfType(node, type, 'parenthesized_operator'));
    return name === undefined ? undefined : { name, kind };
  };

/** OCaml, sources and interfaces. A doc comment stands below what it tells of, or above. */
export const OCAML = rules({
  definitions: {
    let_binding: letBinding,
    value_specification: named('value_name', 'function'),
    external: named('value_name', 'function'),
    method_definition: named('method_name', 'method'),
    type_binding: leaf('type'),
    exception_definition: (node) => {
      const variant = childOfType(node, 'constructor_declaration');
      const name = variant === undefined ? undefined : nameText(variant.namedChildren[0]);
      return name === undefined ? undefined : { name, kind: 'type' };
    },
    module_binding: moduleBinding,
    module_type_definition: moduleType,
    class_binding: classBinding,
    class_type_binding: (node) => {
      const name = fieldName(node, 'name') ?? nameText(childOfType(node, 'class_type_name'));
      return name === undefined ? undefined : { name, kind: 'interface' };
    },
  },
  pass: 'compilation_unit structure signature functor',
  wrappers: 'value_definition type_definition module_definition class_definition class_type_definition',
  attributes: 'attribute',
  commentLine: /^\s*\(\*.*\*\)\s*$/,
  docBelow: /^\s*\(\*\*/,
});
