import type { PanelHit } from '../../src/protocol/panel.ts';

/** The hits of one file, in the order of their rank. */
export interface FileGroup {
  readonly key: string;
  readonly folder: string;
  readonly folderName: string;
  readonly path: string;
  readonly hits: readonly PanelHit[];
}

export function fileKey(hit: PanelHit): string {
  return `${hit.folder}\n${hit.path}`;
}

/** What makes a hit the same hit in a later answer, and in a later session of the host. */
export function hitKey(hit: PanelHit): string {
  return `${hit.folder}\n${hit.path}\n${hit.startLine}\n${hit.symbol}`;
}

/** Groups hits by file. A file stands where its best hit stood; hits with the same key are shown once. */
export function groupByFile(hits: readonly PanelHit[]): readonly FileGroup[] {
  const groups = new Map<string, PanelHit[]>();
  const seen = new Set<string>();
  for (const hit of hits) {
    const key = hitKey(hit);
    if (seen.has(key)) continue;
    seen.add(key);
    const group = groups.get(fileKey(hit));
    if (group === undefined) groups.set(fileKey(hit), [hit]);
    else group.push(hit);
  }
  return [...groups].map(([key, members]) => toGroup(key, members));
}

function toGroup(key: string, hits: readonly PanelHit[]): FileGroup {
  const [first] = hits;
  return { key, folder: first?.folder ?? '', folderName: first?.folderName ?? '', path: first?.path ?? '', hits };
}

export function allHits(groups: readonly FileGroup[]): readonly PanelHit[] {
  return groups.flatMap((group) => group.hits);
}

/** The best score of all, which the bars are measured against; at least a hair above zero. */
export function topScore(groups: readonly FileGroup[]): number {
  return allHits(groups).reduce((best, hit) => Math.max(best, hit.score), 1e-9);
}
