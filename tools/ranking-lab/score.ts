import type { Target } from './sets.ts';

/** An answer as far as scoring looks at it. */
export interface Answer {
  readonly path: string;
  readonly symbol: string;
  readonly names: string;
  readonly startLine: number;
  readonly endLine: number;
}

export interface Scores {
  readonly ndcg: number;
  readonly mrr: number;
  readonly success: number;
}

const PLACES = 10;

function samePath(one: string, other: string): boolean {
  return one === other || one.endsWith(`/${other}`) || other.endsWith(`/${one}`);
}

/** A function answers by its symbol; a small class that is one chunk answers for its methods. */
function sameSymbol(answer: Answer, symbol: string): boolean {
  if (answer.symbol === symbol) return true;
  const dot = symbol.lastIndexOf('.');
  return dot > 0 && answer.symbol === symbol.slice(0, dot) && answer.names.split(' ').includes(symbol.slice(dot + 1));
}

function answers(answer: Answer, target: Target): boolean {
  if (target.symbol !== undefined) return answer.path === target.path && sameSymbol(answer, target.symbol);
  if (!samePath(answer.path, target.path)) return false;
  return (
    target.startLine === undefined ||
    target.endLine === undefined ||
    !(answer.endLine < target.startLine || answer.startLine > target.endLine)
  );
}

/** Binary gains; two targets at one place count once; the ideal counts all targets (the rules of the semble benchmark). */
export function scoreAnswers(list: readonly Answer[], targets: readonly Target[]): Scores {
  const top = list.slice(0, PLACES);
  const gains = new Array<number>(PLACES).fill(0);
  for (const target of targets) {
    const place = top.findIndex((answer) => answers(answer, target));
    if (place >= 0) gains[place] = 1;
  }
  const discounted = (values: readonly number[]) => values.reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
  const ideal = discounted(new Array<number>(Math.min(PLACES, targets.length)).fill(1));
  const first = gains.indexOf(1);
  return { ndcg: ideal > 0 ? discounted(gains) / ideal : 0, mrr: first < 0 ? 0 : 1 / (first + 1), success: first === 0 ? 1 : 0 };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean of paired differences with its 95 % bootstrap interval; the draws are the same every time. */
export function interval(differences: readonly number[]): { readonly mean: number; readonly low: number; readonly high: number } {
  const draws = 2000;
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * differences.length);
  };
  const means = Array.from({ length: draws }, () => mean(Array.from(differences, () => differences[next()] ?? 0))).sort((a, b) => a - b);
  return { mean: mean(differences), low: means[Math.floor(draws * 0.025)] ?? 0, high: means[Math.floor(draws * 0.975)] ?? 0 };
}
