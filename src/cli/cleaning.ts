import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { bytesText } from '../core/sizeText.ts';
import { CleanUp, WipeIndex } from '../protocol/health.ts';
import { type SessionFlags, sessionOf } from './flags.ts';
import { cacheDir } from './indexDir.ts';
import { withSession } from './session.ts';
import { UsageError } from './usage.ts';

interface CleaningOptions extends SessionFlags {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** Compacts the index of a folder, and removes old generations and the indexes of folders that are gone. */
export async function cleanCommand(folder: string, options: CleaningOptions): Promise<number> {
  return withSession(sessionOf(folder, options, true), async ({ client, ready }) => {
    await ready();
    const result = await client.request(CleanUp, { roots: [join(cacheDir(), 'indexes')] });
    const lines = [
      ...result.orphans.map((gone) => `Removed the index of ${gone}, which is gone.`),
      ...result.notes,
      `${bytesText(result.freedBytes)} freed.`,
    ];
    process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : lines.map((line) => `${line}\n`).join(''));
    return 0;
  });
}

/** Removes the index of a folder after a question; nothing is built again until the folder is indexed or searched. */
export async function wipeCommand(folder: string, options: CleaningOptions): Promise<number> {
  return withSession(sessionOf(folder, options, false), async ({ client, folder: opened, indexDir }) => {
    if (options.yes !== true && !(await confirmed(`Delete the index of ${opened} in ${indexDir}? [y/N] `))) return 1;
    const { freedBytes } = await client.request(WipeIndex, { folder: opened });
    process.stdout.write(options.json === true ? `${JSON.stringify({ freedBytes })}\n` : `${bytesText(freedBytes)} freed.\n`);
    return 0;
  });
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('Nobody is here to ask: say --yes to delete the index.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim());
  } finally {
    lines.close();
  }
}
