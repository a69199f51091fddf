import type { Chunk } from '../../src/core/chunk.ts';

/** The longest chunk of each sort: parts of definitions and rest windows, both with closing brackets joined below. */
const MAX_DEFINITION = 140;
const MAX_REST = 140;

/** The lines of a text as VS Code counts them. Written apart from the product's own, so that both must agree. */
export function editorLines(text: string): readonly string[] {
  return text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
}

/** Everything that is wrong with the chunks of a text, as sentences; none when all promises hold. */
export function faultsOf(text: string, chunks: readonly Chunk[]): readonly string[] {
  const lines = editorLines(text);
  const faults: string[] = [];
  let row = 0;
  for (const [index, chunk] of chunks.entries()) {
    const { startLine, endLine, kind } = chunk;
    const place = `chunk ${index} (${startLine}-${endLine} ${kind} ${chunk.symbol})`;
    if (startLine < 1 || endLine < startLine || endLine > lines.length) faults.push(`${place} lies outside the file`);
    if (startLine <= row) faults.push(`${place} starts before the one above has ended at ${row}`);
    for (let line = row + 1; line < startLine; line += 1) {
      if ((lines[line - 1] ?? '').trim() !== '') faults.push(`line ${line} is in no chunk: ${lines[line - 1]?.slice(0, 60)}`);
    }
    if (chunk.text !== lines.slice(startLine - 1, endLine).join('\n')) faults.push(`${place} does not hold its own lines`);
    if (endLine - startLine + 1 > (kind === 'rest' ? MAX_REST : MAX_DEFINITION)) faults.push(`${place} is too long`);
    if ((lines[startLine - 1] ?? '').trim() === '' || (lines[endLine - 1] ?? '').trim() === '') faults.push(`${place} has a blank edge`);
    if (kind !== 'rest' && chunk.symbol === '') faults.push(`${place} has no symbol`);
    row = endLine;
  }
  for (let line = row + 1; line <= lines.length; line += 1) {
    if ((lines[line - 1] ?? '').trim() !== '') faults.push(`line ${line} is in no chunk: ${lines[line - 1]?.slice(0, 60)}`);
  }
  return faults;
}
