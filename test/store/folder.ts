import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import type { FileUpdate, IndexStore, OpenStoreOptions } from '../../src/store/types.ts';
import { DIMENSION } from './rows.ts';

export const FINGERPRINT = 'one';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder that goes with the test. Its name holds what paths of people hold. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "quarry it's 100% ü "));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** An open store that is closed with the test. */
export async function storeIn(dir: string, more: Partial<OpenStoreOptions> = {}): Promise<IndexStore> {
  const store = await openStore({ dir, fingerprint: FINGERPRINT, dimension: DIMENSION, write: true, ...more });
  cleanups.push(() => store.close());
  return store;
}

/** A new store with these files, committed at once. */
export async function storeWith(...updates: readonly FileUpdate[]): Promise<IndexStore> {
  const store = await storeIn(temporaryFolder());
  await store.commit({ updates, removed: [] });
  return store;
}
