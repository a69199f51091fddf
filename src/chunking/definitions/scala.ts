import { leaf, nameText, openContainer } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

const value: Definer = (node) => {
  const name = nameText(node.childForFieldName('pattern') ?? node.childForFieldName('name'));
  return name === undefined || !/^[\w$]+$/.test(name) ? undefined : { name, kind: 'constant', minor: true };
};

const given: Definer = (node, scope, around) => {
  const name = nameText(node.childForFieldName('name'));
  return name === undefined ? undefined : openContainer('class')(node, scope, around);
};

export const SCALA = rules({
  definitions: {
    class_definition: openContainer('class'),
    object_definition: openContainer('class'),
    package_object: openContainer('module'),
    trait_definition: openContainer('trait'),
    enum_definition: openContainer('enum'),
    given_definition: given,
    function_definition: leaf('function'),
    function_declaration: leaf('function'),
    type_definition: leaf('type'),
    val_definition: value,
    var_definition: value,
  },
  pass: 'compilation_unit package_clause template_body extension_definition',
  attributes: 'annotation',
});
