import { container, leaf } from './nodes.ts';
import { rules } from './rules.ts';

export const PHP = rules({
  definitions: {
    function_definition: leaf('function'),
    method_declaration: leaf('method'),
    class_declaration: container('class'),
    interface_declaration: container('interface'),
    trait_declaration: container('trait'),
    enum_declaration: container('enum'),
  },
  pass: 'program namespace_definition compound_statement if_statement else_clause colon_block declare_statement',
  attributes: 'attribute_list',
});
