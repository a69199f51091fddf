/** How fast a model reads here, as measured; it decides how many candidates fit a time budget. */
export interface Pace {
  /** Milliseconds a token; undefined before the first pair was timed. */
  readonly msPerToken: number | undefined;
}

export const UNKNOWN_PACE: Pace = { msPerToken: undefined };

/** How much the newest measurement counts: the machine's load changes, and one slow pair is no trend. */
const NEWEST = 0.3;

export function measured(pace: Pace, tokens: number, ms: number): Pace {
  if (tokens <= 0 || ms < 0) return pace;
  const now = ms / tokens;
  return { msPerToken: pace.msPerToken === undefined ? now : pace.msPerToken * (1 - NEWEST) + now * NEWEST };
}

/** Whether so many more tokens can be read in the time left. The first pair always is: it is what is measured. */
export function fits(pace: Pace, tokens: number, msLeft: number): boolean {
  return pace.msPerToken === undefined ? msLeft > 0 : pace.msPerToken * tokens <= msLeft;
}
