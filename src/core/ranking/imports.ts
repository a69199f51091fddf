import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { valuesOf } from './values.ts';

/** A line that brings in what stands elsewhere, in the ways of the common languages. */
const IMPORT =
  /^\s*((?:@\w+\s+)?import\b|from\s+\S+\s+import\b|use\s+[\w\\:{]|(global\s+)?using\s+[\w.]+|open\s+[A-Z]|#\s*include\b|include\(|library\(|require(_relative|_once)?\b|package\s+\S+|alias\s+[A-Z]|export\s.*\bfrom\b|(export|part)\s+['"]|(const|let|var|local)\b.*=\s*(require\b|@import\()|(source|\.)\s+["']?[\w$~./{])/;
/** Such a line whose list goes on over the next ones, and the line that ends it. */
const OPENS = /[({]\s*$/;
const CLOSES = /^\s*[)}]/;
/** Share of a chunk's lines from which on it is a list of imports. */
const MOSTLY = 0.6;

/** Whether a piece of code does little but bring in what stands elsewhere. */
export function isImportList(text: string): boolean {
  let lines = 0;
  let imports = 0;
  let inside = false;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    lines += 1;
    if (inside || IMPORT.test(line)) imports += 1;
    if (inside) inside = !CLOSES.test(line);
    else inside = IMPORT.test(line) && OPENS.test(line);
  }
  return lines > 0 && imports / lines >= MOSTLY;
}

/** A list of imports names many things and is none of them. When rows are files it still says what the file is about. */
export function weighImports(context: RankContext, board: Board): void {
  if (context.input.rows !== 'symbol') return;
  const { importList } = context.constants;
  const values = valuesOf(context.candidates, ({ kind, text }) => (kind === 'rest' && isImportList(text) ? importList : 1));
  contribute(board, { signal: 'imports', effect: 'factor', of: 'chunk', values, detail: () => 'a list of imports' });
}
