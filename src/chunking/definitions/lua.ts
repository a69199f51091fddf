import { childOfType, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

function luaName(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w.:]+$/.test(text) ? text.replaceAll(':', '.') : undefined;
}

const functionDeclaration: Definer = (node) => {
  const name = luaName(nameText(node.childForFieldName('name')));
  return name === undefined ? undefined : { name, kind: /[.:]/.test(name) ? 'method' : 'function' };
};

const assignment: Definer = (node) => {
  const name = luaName(nameText(childOfType(node, 'variable_list')));
  const value = childOfType(node, 'expression_list')?.namedChildren[0];
  if (name === undefined || value === undefined) return undefined;
  if (value.type === 'function_definition') return { name, kind: name.includes('.') ? 'method' : 'function' };
  return value.type === 'table_constructor' ? { name, kind: 'constant', bodies: [value], minor: true } : undefined;
};

const field: Definer = (node) => {
  const name = luaName(nameText(node.childForFieldName('name')));
  return name === undefined || node.childForFieldName('value')?.type !== 'function_definition' ? undefined : { name, kind: 'function' };
};

export const LUA = rules({
  definitions: { function_declaration: functionDeclaration, assignment_statement: assignment, field },
  pass: 'chunk do_statement if_statement block return_statement expression_list table_constructor',
  wrappers: 'variable_declaration',
  commentLine: /^\s*--/,
});
