import type { PanelHit } from '../../src/protocol/panel.ts';
import { allHits, type FileGroup, fileKey, groupByFile, hitKey } from './groups.ts';

/** What a later answer to the same question makes of the rows that stand already. */
export interface Merged {
  readonly groups: readonly FileGroup[];
  /** True when the answer, shown as it came, would stand in another order: the person may ask for it. */
  readonly better: boolean;
  /** Old and new keys of rows that stand for the same code at other lines, or as it was edited. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Joins a later answer with what is shown, so that no row at or above the anchor moves or goes. Below it the new order holds. New hits in
 * files that lie wholly above the anchor wait until the person asks for the new order, because they would push the anchor down.
 *
 * `anchor` is the key of a hit, the key of a file (its first hit then stands for it), or null for no anchor.
 */
export function mergeRefined(shown: readonly FileGroup[], next: readonly PanelHit[], anchor: string | null): Merged {
  const fresh = groupByFile(next);
  const at = findAnchor(shown, anchor);
  if (at === null) return { groups: fresh, better: false, renamed: successors(shown, next).renamed };

  const { byOldKey, renamed } = successors(shown, next);
  const keep = (hit: PanelHit): PanelHit => renew(hit, byOldKey.get(hitKey(hit)));
  const above = shown.slice(0, at.group).map((group) => ({ ...group, hits: group.hits.map(keep) }));
  const anchored = shown[at.group];
  if (anchored === undefined) return { groups: fresh, better: false, renamed: successors(shown, next).renamed };

  const frozen = anchored.hits.slice(0, at.hit + 1).map(keep);
  const taken = new Set([...allHits(above), ...frozen].map(hitKey));
  const filesAbove = new Set(above.map((group) => group.key));
  const rest = allHits(fresh).filter((hit) => !taken.has(hitKey(hit)) && !filesAbove.has(fileKey(hit)));
  const tail = rest.filter((hit) => fileKey(hit) === anchored.key);
  const below = groupByFile(rest.filter((hit) => fileKey(hit) !== anchored.key));

  const groups = [...above, { ...anchored, hits: [...frozen, ...tail] }, ...below];
  return { groups, better: !sameOrder(groups, fresh), renamed };
}

/** What each shown hit has become: itself, or the same code moved or edited. A hit that merely fell out of the answer becomes nothing. */
function successors(
  shown: readonly FileGroup[],
  next: readonly PanelHit[],
): { readonly byOldKey: ReadonlyMap<string, PanelHit>; readonly renamed: ReadonlyMap<string, string> } {
  const byKey = new Map(next.map((hit) => [hitKey(hit), hit]));
  const byOldKey = new Map<string, PanelHit>();
  const renamed = new Map<string, string>();
  const old = allHits(shown);
  for (const hit of old) byOldKey.set(hitKey(hit), byKey.get(hitKey(hit)) ?? hit);
  const free = new Set(byKey.keys());
  for (const hit of old) free.delete(hitKey(hit));
  for (const hit of old.filter((candidate) => !byKey.has(hitKey(candidate)))) {
    const moved = [...free].flatMap((key) => byKey.get(key) ?? []).filter((candidate) => isSameCode(hit, candidate));
    const [nearest] = moved.sort((a, b) => Math.abs(a.startLine - hit.startLine) - Math.abs(b.startLine - hit.startLine));
    if (nearest === undefined) {
      byOldKey.delete(hitKey(hit));
      continue;
    }
    free.delete(hitKey(nearest));
    byOldKey.set(hitKey(hit), nearest);
    renamed.set(hitKey(hit), hitKey(nearest));
  }
  return { byOldKey, renamed };
}

function isSameCode(old: PanelHit, next: PanelHit): boolean {
  if (fileKey(old) !== fileKey(next) || old.symbol !== next.symbol || old.kind !== next.kind) return false;
  return old.text === next.text || old.stale === 'changed';
}

/** A row that stands keeps what it shows, so that its height holds; its number, score and reasons are the new ones. */
function renew(old: PanelHit, next: PanelHit | undefined): PanelHit {
  if (next === undefined) return old;
  if (old.text !== next.text) return next;
  return { ...next, bestLine: next.startLine + old.bestLine - old.startLine, matched: old.matched };
}

function findAnchor(groups: readonly FileGroup[], anchor: string | null): { readonly group: number; readonly hit: number } | null {
  if (anchor === null) return null;
  for (const [index, group] of groups.entries()) {
    if (group.key === anchor) return { group: index, hit: 0 };
    const hit = group.hits.findIndex((candidate) => hitKey(candidate) === anchor);
    if (hit >= 0) return { group: index, hit };
  }
  return null;
}

function sameOrder(left: readonly FileGroup[], right: readonly FileGroup[]): boolean {
  const a = allHits(left).map(hitKey);
  const b = allHits(right).map(hitKey);
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
