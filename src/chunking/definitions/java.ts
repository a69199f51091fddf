import { clause, container, leaf, openContainer } from './nodes.ts';
import { rules } from './rules.ts';

export const JAVA = rules({
  definitions: {
    class_declaration: container('class'),
    record_declaration: openContainer('class'),
    interface_declaration: container('interface'),
    annotation_type_declaration: container('interface'),
    enum_declaration: container('enum'),
    method_declaration: leaf('method'),
    constructor_declaration: leaf('method'),
    compact_constructor_declaration: leaf('method'),
    annotation_type_element_declaration: clause('method'),
  },
  pass: 'program enum_body_declarations module_body',
});
