import { isDefinition } from '../chunk.ts';
import { isStopWord, wordsOf } from '../identifiers.ts';
import type { Candidate, Ranked } from './types.ts';

/** A second hop: what stands beside the first answers, what they name and what is like them joins the pool. */

export type HopKind = 'named' | 'neighbour' | 'similar';

/** A chunk that an answer of the first hop led to. */
export interface Hop {
  readonly candidate: Candidate;
  readonly from: Candidate;
  readonly kind: HopKind;
}

export interface HopConstants {
  /** Answers of the first hop that are followed. */
  readonly seeds: number;
  /** Places at the top that the first hop keeps, whatever the second brings. */
  readonly reserved: number;
  /** Share of the score of the answer that led there; a chunk that scores more by itself keeps its own. */
  readonly share: Readonly<Record<HopKind, number>>;
}

export const HOPS: HopConstants = { seeds: 5, reserved: 6, share: { named: 0.6, neighbour: 0.5, similar: 0.55 } };

/** Names that one answer is followed by; the first ones stand in its signature. */
const NAMES = 12;
const COMPOUND = /[\p{Ll}\p{N}]\p{Lu}|\p{L}_\p{L}/u;
const CALLED = /\b([\p{L}_$][\p{L}\p{N}_$]{2,})\s*\(/gu;

/** Names in a chunk whose definitions are worth a look: what it calls, and what can only be a name. Its own are left out. */
export function namesIn({ text, symbol, names }: Candidate): readonly string[] {
  const own = new Set([...symbol.split(/[^\p{L}\p{N}_$]+/u), ...names.split(' ')]);
  const called = [...text.matchAll(CALLED)].map((match) => match[1] ?? '');
  const compound = wordsOf(text).filter((word) => COMPOUND.test(word));
  const found = [...new Set([...called, ...compound])];
  return found.filter((name) => !own.has(name) && !isStopWord(name.toLowerCase())).slice(0, NAMES);
}

type Place = Pick<Candidate, 'startLine' | 'endLine' | 'part'>;

/** The chunks right before and right after a place, among those of its file in their order. */
export function neighboursOf<Chunk extends Place>(place: Place, chunks: readonly Chunk[]): readonly Chunk[] {
  const at = chunks.findIndex(
    ({ startLine, endLine, part }) => startLine === place.startLine && endLine === place.endLine && part === place.part,
  );
  return at < 0 ? [] : [chunks[at - 1], chunks[at + 1]].filter((chunk) => chunk !== undefined);
}

const WORDS: Readonly<Record<HopKind, (from: string) => string>> = {
  named: (from) => `named by ${from}, an answer of the first hop`,
  neighbour: (from) => `stands beside ${from}, an answer of the first hop`,
  similar: (from) => `is like ${from}, an answer of the first hop`,
};

/**
 * One order of both hops, at most `limit` rows. `first` is the order without hops, `pool` the order of everything with its own scores. The
 * first `reserved` places stay as they are; below them a chunk of the second hop has a share of the score of the answer that led to it,
 * or its own when that is higher. No row stands twice.
 */
export function mergeHops(
  first: readonly Ranked[],
  pool: readonly Ranked[],
  hops: readonly Hop[],
  limit: number,
  constants: HopConstants = HOPS,
): readonly Ranked[] {
  const kept = first.slice(0, constants.reserved);
  const scores = new Map(first.map(({ candidate, score }) => [candidate.id, score]));
  const led = new Map<string, { readonly score: number; readonly hop: Hop }>();
  for (const hop of hops) {
    const score = (scores.get(hop.from.id) ?? 0) * constants.share[hop.kind];
    if (score > (led.get(hop.candidate.id)?.score ?? 0)) led.set(hop.candidate.id, { score, hop });
  }
  const rest = new Map(first.slice(kept.length).map((row) => [row.candidate.id, row]));
  const isKept = new Set(kept.map(({ candidate }) => candidate.id));
  for (const row of pool) {
    const found = led.get(row.candidate.id);
    if (found === undefined || isKept.has(row.candidate.id)) continue;
    const known = rest.get(row.candidate.id) ?? row;
    if (found.score <= known.score && rest.has(row.candidate.id)) continue;
    rest.set(row.candidate.id, withReason(known, Math.max(found.score, known.score), found.hop));
  }
  const below = [...rest.values()].sort((a, b) => b.score - a.score);
  // What is below a reserved place never scores more than it, so that rows of several folders can be put in one order.
  const least = kept.at(-1)?.score ?? Number.POSITIVE_INFINITY;
  return [...kept, ...below.map((row) => (row.score > least ? { ...row, score: least } : row))].slice(0, limit);
}

function withReason(row: Ranked, score: number, { from, kind }: Hop): Ranked {
  const name = isDefinition(from.kind) && from.symbol !== '' ? `\`${from.symbol}\`` : `${from.path}:${from.startLine}`;
  return {
    ...row,
    score,
    why: [...row.why, { signal: 'hop', effect: 'info', value: Math.round(score * 1000) / 1000, detail: WORDS[kind](name) }],
  };
}
