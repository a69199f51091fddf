import type { ModelSize } from './modelCatalogue.ts';

/** A size for a person: `139 MB`, with `about` before it where it is not exact. */
export function sizeText({ bytes, exact }: ModelSize): string {
  return `${exact ? '' : 'about '}${amount(bytes)}`;
}

function amount(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1000)} kB`;
  return bytes < 1_000_000_000 ? `${Math.round(bytes / 1_000_000)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** A size as people read it: `1.5 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1000)} kB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
