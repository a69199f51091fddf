import { bodiesOf, clause, container, fieldName, leaf, openContainer } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

const minorMember: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: 'method', minor: true };
};

const operator: Definer = (node) => ({ name: `operator${fieldName(node, 'operator') ?? ''}`, kind: 'method' });

const destructor: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name: `~${name}`, kind: 'method' };
};

export const CSHARP = rules({
  definitions: {
    class_declaration: openContainer('class'),
    record_declaration: openContainer('class'),
    struct_declaration: openContainer('struct'),
    interface_declaration: container('interface'),
    enum_declaration: leaf('enum'),
    delegate_declaration: leaf('type'),
    method_declaration: clause('method'),
    constructor_declaration: leaf('method'),
    destructor_declaration: destructor,
    operator_declaration: operator,
    conversion_operator_declaration: (node) => ({ name: `operator ${fieldName(node, 'type') ?? ''}`, kind: 'method' }),
    indexer_declaration: (node) => (bodiesOf(node, 'accessors').length === 0 ? undefined : { name: 'this', kind: 'method' }),
    property_declaration: minorMember,
    event_declaration: minorMember,
    local_function_statement: leaf('function'),
  },
  pass: `compilation_unit namespace_declaration file_scoped_namespace_declaration declaration_list preproc_if preproc_elif preproc_else
    preproc_region preproc_if_in_top_level global_statement`,
});
