// The sources of this repository as they once were: a ranking over them changes only when ranking does.
// `node test/engine/frozenSources.ts` freezes today's, after which the golden rankings are written anew.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const FROZEN = join(import.meta.dirname, '../fixtures/self-sources.json.gz');
/** Today's sources. */
export const SOURCES: string = join(import.meta.dirname, '../../src');

/** Path below `src` -> text. */
export function frozenSources(): Readonly<Record<string, string>> {
  return JSON.parse(gunzipSync(readFileSync(FROZEN)).toString()) as Record<string, string>;
}

function freeze(): void {
  const paths = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(SOURCES, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
  const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(SOURCES, path), 'utf8')]));
  writeFileSync(FROZEN, gzipSync(JSON.stringify(files), { level: 9 }));
}

if (import.meta.main) freeze();
