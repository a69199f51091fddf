import type { ComparedQuestion } from './compare.ts';
import type { Target } from './scoring.ts';

type Row = Readonly<Record<string, unknown>>;

interface ReadQuestion extends ComparedQuestion {
  readonly id: string;
}

/**
 * Questions of a file: one a line, plain or as JSON with `query` and, where the answers are known, `relevant` places (`path`, and `symbol` or
 * `start_line` and `end_line`). `gold` is a second file with the places of questions of the same `id` or words. Throws one sentence that
 * names the line.
 */
export function readQuestions(
  questions: { readonly name: string; readonly text: string },
  gold?: { readonly name: string; readonly text: string },
): readonly ComparedQuestion[] {
  const read = linesOf(questions).map(({ line, at }) => questionOf(line, `Line ${at} of ${questions.name}`));
  if (read.length === 0) throw new Error(`${questions.name} holds no question.`);
  const known = gold === undefined ? [] : linesOf(gold).map(({ line, at }) => questionOf(line, `Line ${at} of ${gold.name}`));
  const byId = new Map(known.filter(({ id }) => id !== '').map(({ id, targets }) => [id, targets]));
  const byWords = new Map(known.map(({ query, targets }) => [query, targets]));
  const missing = gold !== undefined && !read.some(({ id, query }) => byId.has(id) || byWords.has(query));
  if (missing) throw new Error(`${gold.name} has no question of ${questions.name}.`);
  return read.map(({ id, query, targets }) => ({ query, targets: byId.get(id) ?? byWords.get(query) ?? targets }));
}

function linesOf({ text }: { readonly text: string }): readonly { readonly line: string; readonly at: number }[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), at: index + 1 }))
    .filter(({ line }) => line !== '');
}

function questionOf(line: string, where: string): ReadQuestion {
  if (!line.startsWith('{')) return { id: '', query: line, targets: [] };
  const row = parse(line);
  const id = typeof row?.id === 'string' || typeof row?.id === 'number' ? String(row.id) : '';
  const query = typeof row?.query === 'string' ? row.query.trim() : '';
  if (row === undefined || (query === '' && id === '')) throw new Error(`${where} is not a JSON object with a "query" text.`);
  return { id, query, targets: [...listOf(row.relevant), ...listOf(row.secondary)].map((target) => targetOf(target, where)) };
}

function parse(line: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Row) : undefined;
  } catch {
    // The caller names the line.
    return undefined;
  }
}

function targetOf(value: unknown, where: string): Target {
  const { path, symbol, start_line: startLine, end_line: endLine } = (typeof value === 'object' && value !== null ? value : {}) as Row;
  if (typeof path !== 'string' || path === '') throw new Error(`${where} names a place without a "path".`);
  return {
    path,
    ...(typeof symbol === 'string' ? { symbol } : {}),
    ...(typeof startLine === 'number' && typeof endLine === 'number' ? { startLine, endLine } : {}),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
