import type { PanelHit } from '../../src/protocol/panel.ts';

/** A hit for tests of the panel: `a.ts:10` is the hit at line 10 of `a.ts`. */
export function hitAt(place: string, change: Partial<PanelHit> = {}): PanelHit {
  const [path = '', line = '1'] = place.split(':');
  const startLine = Number(line);
  return {
    id: startLine,
    folder: '/work',
    folderName: 'work',
    path,
    startLine,
    endLine: startLine + 1,
    symbol: `f${line}`,
    kind: 'function',
    language: 'typescript',
    score: 1,
    text: 'first line\nsecond line',
    bestLine: startLine,
    matched: [],
    why: [],
    stale: null,
    ...change,
  };
}

export function hitsAt(...places: readonly string[]): readonly PanelHit[] {
  return places.map((place) => hitAt(place));
}

/** The places of hits, in order, for comparing. */
export function placesOf(hits: readonly PanelHit[]): readonly string[] {
  return hits.map((hit) => `${hit.path}:${hit.startLine}`);
}
