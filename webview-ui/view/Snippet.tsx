import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PanelHit } from '../../src/protocol/panel.ts';
import { highlightLines, type Token, tokenClass } from '../model/highlight.ts';
import { markRanges } from '../model/marks.ts';
import { cutPieces, type Piece } from '../model/pieces.ts';
import type { SnippetLine } from '../model/snippet.ts';

/** Colours of chunks that were shown before, by their text: rows come back without a flicker. */
const COLOURED = new Map<string, readonly (readonly Token[])[]>();
const MOST_KEPT = 400;

/** The lines around the best match, with line numbers; colours are worked out when the row comes near the screen. */
export function Snippet({ hit, lines }: { readonly hit: PanelHit; readonly lines: readonly SnippetLine[] }) {
  const plain = useMemo(() => hit.text.split('\n'), [hit.text]);
  const box = useRef<HTMLElement>(null);
  const near = useNearScreen(box);
  const key = `${hit.language}\n${hit.text}`;
  const coloured = near || COLOURED.has(key) ? colours(key, hit) : null;
  const digits = String(lines.at(-1)?.number ?? 0).length;
  return (
    <code class={`snippet digits-${Math.min(6, digits)}`} ref={box}>
      {lines.map((line) => {
        const text = plain[line.index] ?? '';
        const tokens = coloured?.[line.index] ?? [{ text, scope: '' }];
        const marks = markRanges(text.slice(0, line.to), hit.matched);
        return (
          <span key={line.number} class={line.best ? 'line best' : 'line'}>
            <span class="number" aria-hidden="true">
              {line.number}
            </span>
            <span class="text">
              {cutPieces(tokens, marks, line.from, line.to).map(showPiece)}
              {line.to < text.length && '…'}
            </span>
          </span>
        );
      })}
    </code>
  );
}

function showPiece(piece: Piece, index: number) {
  const look = tokenClass(piece.scope);
  const name = look === 'plain' ? undefined : `t-${look}`;
  // A line's pieces never move among each other: their place is their key.
  if (piece.marked)
    return (
      <mark key={index} class={name}>
        {piece.text}
      </mark>
    );
  return name === undefined ? (
    piece.text
  ) : (
    <span key={index} class={name}>
      {piece.text}
    </span>
  );
}

function colours(key: string, hit: PanelHit): readonly (readonly Token[])[] {
  const known = COLOURED.get(key);
  if (known !== undefined) return known;
  const [oldest] = COLOURED.keys();
  if (COLOURED.size >= MOST_KEPT && oldest !== undefined) COLOURED.delete(oldest);
  const lines = highlightLines(hit.text, hit.language);
  COLOURED.set(key, lines);
  return lines;
}

const WATCHED = new WeakMap<Element, () => void>();
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      observer.unobserve(entry.target);
      WATCHED.get(entry.target)?.();
    }
  },
  { rootMargin: '600px' },
);

/** True once the element has come within a screen's height of what is shown. */
function useNearScreen(ref: { readonly current: Element | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null || near) return;
    WATCHED.set(element, () => setNear(true));
    observer.observe(element);
    return () => observer.unobserve(element);
  }, [near, ref]);
  return near;
}
