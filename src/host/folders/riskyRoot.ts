import path from 'node:path';

/** Where the person's own files lie, as far as it matters here. */
export interface Places {
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/**
 * Why a folder should not be indexed without asking, as the end of a sentence, or undefined. These folders hold everything a person
 * has, so that indexing them by accident costs hours and nobody wants it.
 */
export function riskOf(folder: string, places: Places): string | undefined {
  const { parse, resolve, dirname } = places.platform === 'win32' ? path.win32 : path.posix;
  const same = (a: string, b: string) => (places.platform === 'win32' ? a.toLowerCase() === b.toLowerCase() : a === b);
  const whole = resolve(folder);
  if (same(whole, parse(whole).root)) return 'it is the root of a whole drive';
  if (places.home === '') return undefined;
  const home = resolve(places.home);
  if (same(whole, home)) return 'it is your home folder';
  for (let above = dirname(home); above !== dirname(above); above = dirname(above))
    if (same(whole, above)) return 'it holds the home folders of this machine';
  return undefined;
}
