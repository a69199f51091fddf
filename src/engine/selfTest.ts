import { questionTokens } from '../core/identifiers.ts';
import type { HealthCheck } from '../protocol/health.ts';
import type { ChunkHit, IndexStore, LedgerEntry } from '../store/types.ts';
import type { Corpus } from './corpus.ts';
import { messageOf } from './services.ts';

/** Files that are looked at for a chunk that can be asked for. */
const FILES_TRIED = 40;
/** Rows among which the known chunk must be. */
const DEPTH = 50;

/** Asks the index for a chunk that is known to be in it: by its own name in words, and by its own vector. */
export async function selfTest(
  store: IndexStore,
  corpus: Corpus,
  ledger: ReadonlyMap<string, LedgerEntry>,
  semantic: boolean,
): Promise<HealthCheck> {
  const name = 'self-test';
  const rebuild = 'Rebuild the index.';
  try {
    const known = await knownChunk(store, corpus, ledger);
    if (known === undefined) {
      return { name, state: 'ok', finding: 'No definition is indexed yet that could be asked for.', advice: '' };
    }
    const words = questionTokens(known.name).join(' ');
    const byText = await store.searchChunksByText(words, DEPTH);
    if (!byText.some((row) => row.id === known.id || row.name === known.name)) {
      return { name, state: 'problem', finding: `A search for \`${known.name}\` does not find ${place(known)}.`, advice: rebuild };
    }
    if (semantic && known.vector === null) {
      return { name, state: 'problem', finding: `${place(known)} has no vector.`, advice: rebuild };
    }
    if (known.vector !== null) {
      const byVector = await store.searchChunksByVector(known.vector, DEPTH);
      // A copy of the same code has the same vector and may take its place.
      if (!byVector.some((row) => row.id === known.id || row.text === known.text)) {
        return { name, state: 'problem', finding: `The vector of \`${known.name}\` does not find ${place(known)}.`, advice: rebuild };
      }
    }
    const ways = known.vector === null ? 'by its name' : 'by its name and by its vector';
    return { name, state: 'ok', finding: `\`${known.name}\` in ${place(known)} is found ${ways}.`, advice: '' };
  } catch (error) {
    return { name, state: 'problem', finding: `A search of the index failed: ${messageOf(error)}`, advice: rebuild };
  }
}

/** The definition with the rarest name among some files, so that many of the same name do not hide it. */
async function knownChunk(store: IndexStore, corpus: Corpus, ledger: ReadonlyMap<string, LedgerEntry>): Promise<ChunkHit | undefined> {
  const statistics = corpus.current();
  const frequencyOf = ({ name }: ChunkHit): number =>
    Math.min(...questionTokens(name).map((token) => statistics.chunkFrequency(token)), Number.POSITIVE_INFINITY);
  const paths = [...ledger.values()].filter(({ chunks }) => chunks > 0).map(({ path }) => path);
  const step = Math.max(1, Math.floor(paths.length / FILES_TRIED));
  let best: ChunkHit | undefined;
  for (let at = 0; at < paths.length; at += step) {
    const rows = (await store.chunksOfFile(paths[at] ?? '')).filter((row) => row.name !== '' && questionTokens(row.name).length > 0);
    for (const row of rows) if (best === undefined || frequencyOf(row) < frequencyOf(best)) best = row;
  }
  return best;
}

function place({ path, startLine }: ChunkHit): string {
  return `${path}:${startLine}`;
}
