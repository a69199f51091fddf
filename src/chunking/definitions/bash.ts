import { leaf } from './nodes.ts';
import { rules } from './rules.ts';

export const BASH = rules({
  definitions: { function_definition: leaf('function') },
  pass: 'program if_statement elif_clause else_clause compound_statement subshell list case_statement case_item for_statement do_group',
  commentLine: /^\s*#/,
});
