import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstalledModel } from '../core/installedModel.ts';

/** The file beside an installed model that says which files it is made of, and where they came from. */
export const MANIFEST = 'quarry-model.json';
const FORMAT = 1;

export function serialise(model: InstalledModel): string {
  return `${JSON.stringify({ format: FORMAT, ...model }, null, 2)}\n`;
}

/** The manifest of a folder; undefined when there is none that this version can read. */
export async function readManifest(folder: string): Promise<InstalledModel | undefined> {
  try {
    const { format, ...model } = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as InstalledModel & { format: number };
    return format === FORMAT && typeof model.id === 'string' && Array.isArray(model.files) ? model : undefined;
  } catch {
    // A folder without a readable manifest is no installed model: it is only ever written complete.
    return undefined;
  }
}
