import type { Reason } from '../../src/protocol/search.ts';

/** A reason as a line of the disclosure. */
export interface WhyLine {
  /** `+0.42`, `×1.20`, or empty. */
  readonly size: string;
  readonly effect: 'up' | 'down' | 'info';
  /** 0 to 1: how much it weighs among the reasons of its kind for this hit. */
  readonly weight: number;
  readonly detail: string;
  readonly signal: string;
}

/** The reasons in their order, with sizes written so that they can be compared. */
export function whyLines(reasons: readonly Reason[]): readonly WhyLine[] {
  const most = (effect: Reason['effect']): number =>
    Math.max(1e-9, ...reasons.filter((reason) => reason.effect === effect).map((reason) => strength(reason)));
  const largest = { score: most('score'), factor: most('factor'), info: 1 };
  return reasons.map((reason) => ({
    size: sizeText(reason),
    effect: direction(reason),
    weight: reason.effect === 'info' ? 0 : Math.min(1, strength(reason) / largest[reason.effect]),
    detail: reason.detail,
    signal: reason.signal,
  }));
}

function strength(reason: Reason): number {
  if (!Number.isFinite(reason.value)) return 0;
  if (reason.effect === 'factor') return Math.abs(Math.log(Math.max(reason.value, 1e-6)));
  return Math.abs(reason.value);
}

function direction(reason: Reason): WhyLine['effect'] {
  if (reason.effect === 'info') return 'info';
  const neutral = reason.effect === 'factor' ? 1 : 0;
  return reason.value >= neutral ? 'up' : 'down';
}

function sizeText(reason: Reason): string {
  if (reason.effect === 'info' || !Number.isFinite(reason.value)) return '';
  if (reason.effect === 'factor') return `×${digits(reason.value)}`;
  return `${reason.value < 0 ? '−' : '+'}${digits(Math.abs(reason.value))}`;
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value !== 0 && value < 0.01 ? value.toFixed(3) : value.toFixed(2);
}
