/** A place that answers a question: a file, lines of a file, or a function. */
export interface Target {
  readonly path: string;
  readonly symbol?: string;
  readonly startLine?: number;
  readonly endLine?: number;
}

/** Scores of one question, each from 0 to 1. */
export interface Scores {
  readonly ndcg10: number;
  readonly mrr10: number;
  readonly success1: number;
  readonly recall5: number;
  readonly recall10: number;
  readonly recall50: number;
}

/** An answer as far as scoring looks at it. */
export interface Answer {
  readonly path: string;
  readonly symbol: string;
  readonly names: readonly string[];
  readonly startLine: number;
  readonly endLine: number;
}

const PLACES = 10;

function samePath(one: string, other: string): boolean {
  return one === other || one.endsWith(`/${other}`) || other.endsWith(`/${one}`);
}

/** A function answers by its symbol; a small class that is one chunk answers for the members it names. */
function sameSymbol(answer: Answer, symbol: string): boolean {
  if (answer.symbol === symbol) return true;
  const dot = symbol.lastIndexOf('.');
  return dot > 0 && answer.symbol === symbol.slice(0, dot) && answer.names.includes(symbol.slice(dot + 1));
}

function hits(answer: Answer, target: Target): boolean {
  if (target.symbol !== undefined) return answer.path === target.path && sameSymbol(answer, target.symbol);
  if (!samePath(answer.path, target.path)) return false;
  const { startLine, endLine } = target;
  return startLine === undefined || endLine === undefined || !(answer.endLine < startLine || answer.startLine > endLine);
}

/**
 * The rules of the semble benchmark: binary gains; a target's place is the first answer that hits it; two targets at one place count
 * once; the ideal counts all targets.
 */
export function scoreAnswers(answers: readonly Answer[], targets: readonly Target[]): Scores {
  const places = targets.map((target) => answers.findIndex((answer) => hits(answer, target)));
  const gains = new Set(places.filter((place) => place >= 0 && place < PLACES));
  const discount = (place: number): number => 1 / Math.log2(place + 2);
  const sum = (list: Iterable<number>): number => [...list].reduce((total, place) => total + discount(place), 0);
  const ideal = sum(Array.from({ length: Math.min(PLACES, targets.length) }, (_, place) => place));
  const first = Math.min(...gains);
  const recall = (depth: number): number =>
    targets.length === 0 ? 0 : places.filter((place) => place >= 0 && place < depth).length / targets.length;
  return {
    ndcg10: ideal > 0 ? sum(gains) / ideal : 0,
    mrr10: gains.size === 0 ? 0 : 1 / (first + 1),
    success1: gains.has(0) ? 1 : 0,
    recall5: recall(5),
    recall10: recall(10),
    recall50: recall(50),
  };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
