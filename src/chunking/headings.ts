import { isBlank } from './lines.ts';
import type { Definition } from './outline.ts';

/** A heading of a document: the row it starts on, the row below it, its depth from 1, and its words. */
export interface Heading {
  readonly row: number;
  readonly level: number;
  readonly title: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const ATX = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const SETEXT = /^ {0,3}(=+|-+)[ \t]*$/;
/** Lines that cannot be the words of an underlined heading. */
const NOT_PARAGRAPH = /^\s*([-*+>|]|\d+[.)]\s|#)|^ {4}|^\t/;
const RST_UNDERLINE = /^([=\-~^"'`#*+.:_])\1{2,}\s*$/;

/** The row after a front matter block; 0 when there is none. */
function afterFrontMatter(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== '---') return 0;
  const end = lines.findIndex((line, row) => row > 0 && /^(---|\.\.\.)\s*$/.test(line));
  return end < 0 ? 0 : end + 1;
}

function plainTitle(text: string): string {
  const title = text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>|\{#[^}]*\}/g, '')
    .replace(/[*_`]{1,3}([^*_`]+)[*_`]{1,3}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return (title === '' ? text.trim() : title).slice(0, 120);
}

/** The headings of a Markdown text; what stands in fenced code or in front matter is none. */
export function markdownHeadings(lines: readonly string[]): readonly Heading[] {
  const headings: Heading[] = [];
  let fence: string | undefined;
  const first = afterFrontMatter(lines);
  for (let row = first; row < lines.length; row += 1) {
    const line = lines[row] ?? '';
    const mark = FENCE.exec(line);
    if (fence !== undefined) {
      if (mark?.[1]?.startsWith(fence) === true && (mark[2] ?? '').trim() === '') fence = undefined;
      continue;
    }
    if (mark?.[1] !== undefined && !(mark[1].startsWith('`') && (mark[2] ?? '').includes('`'))) {
      fence = mark[1];
      continue;
    }
    const atx = ATX.exec(line);
    if (atx?.[1] !== undefined) headings.push({ row, level: atx[1].length, title: plainTitle(atx[2] ?? '') });
    const above = lines[row - 1] ?? '';
    const underline = SETEXT.exec(line)?.[1];
    const isWords = row > first && !isBlank(lines, row - 1) && !NOT_PARAGRAPH.test(above) && (row - 1 === first || isBlank(lines, row - 2));
    if (underline !== undefined && isWords)
      headings.push({ row: row - 1, level: underline.startsWith('=') ? 1 : 2, title: plainTitle(above) });
  }
  return headings;
}

/** The headings of a reStructuredText text: words with a line of punctuation below; each kind of line is one depth, in order of use. */
export function rstHeadings(lines: readonly string[]): readonly Heading[] {
  const headings: Heading[] = [];
  const levels: string[] = [];
  for (let row = 1; row < lines.length; row += 1) {
    const mark = RST_UNDERLINE.exec(lines[row] ?? '')?.[1];
    const title = lines[row - 1] ?? '';
    if (
      mark === undefined ||
      isBlank(lines, row - 1) ||
      RST_UNDERLINE.test(title) ||
      (lines[row] ?? '').trimEnd().length < title.trim().length
    )
      continue;
    const overlined = RST_UNDERLINE.test(lines[row - 2] ?? '');
    if (!overlined && row > 1 && !isBlank(lines, row - 2)) continue;
    if (!overlined && /^\s/.test(title)) continue;
    const kind = overlined ? `${mark}${mark}` : mark;
    if (!levels.includes(kind)) levels.push(kind);
    headings.push({ row: overlined ? row - 2 : row - 1, level: levels.indexOf(kind) + 1, title: plainTitle(title) });
  }
  return headings;
}

/** One section a heading, down to the next heading, called by the headings above it: `Guide > Install`. */
export function sectionsOf(lines: readonly string[], headings: readonly Heading[]): readonly Definition[] {
  const path: { readonly level: number; readonly title: string }[] = [];
  return headings.flatMap(({ row, level, title }, index) => {
    while ((path.at(-1)?.level ?? 0) >= level) path.pop();
    path.push({ level, title });
    const symbol = path
      .map((step) => step.title)
      .filter((step) => step !== '')
      .join(' > ');
    let end = (headings[index + 1]?.row ?? lines.length) - 1;
    while (end > row && isBlank(lines, end)) end -= 1;
    // A heading without words is text like any other.
    return symbol === '' ? [] : [{ symbol, kind: 'section', start: row, head: row, end, doc: '', names: [], members: [], cuts: [] }];
  });
}
