import type { CancellationToken } from 'vscode-jsonrpc';
import type { FileSettings, SkippedFile } from '../core/files.ts';
import { dropOtherGenerations } from '../store/index.ts';
import type { IndexStore, LedgerEntry } from '../store/types.ts';
import type { Corpus } from './corpus.ts';
import type { Gate } from './gate.ts';
import { type IndexOutcome, indexFiles } from './indexer.ts';
import { readLastCheck, writeLastCheck } from './lastCheck.ts';
import { planFolder } from './planFolder.ts';
import { renewTimes } from './renewTimes.ts';
import type { EngineServices } from './services.ts';
import { journalOf, readSuspects } from './suspects.ts';
import type { Work } from './workQueue.ts';

/** Rows outside the indexes after which single saves are worth an upkeep. */
const UNINDEXED_ROWS = 1000;
/** Share of replaced rows above which the corpus statistics are counted anew. */
const DRIFT_FOR_RECOUNT = 0.2;

export interface Pass {
  readonly folder: string;
  readonly indexDir: string;
  readonly fingerprint: string;
  readonly files: FileSettings;
  readonly work: Work;
  readonly store: IndexStore;
  readonly corpus: Corpus;
  readonly ledger: Map<string, LedgerEntry>;
  readonly services: EngineServices;
  readonly gate: Gate;
  readonly onPhase: (phase: 'scanning' | 'indexing' | 'upkeep') => void;
  readonly onProgress: (done: number, total: number) => void;
  readonly onSkipped: (skipped: readonly SkippedFile[]) => void;
  readonly say: (level: 'info' | 'warn', message: string) => void;
  readonly cancelled: () => boolean;
  /** Cancelled when nobody wants what is being embedded. */
  readonly token: CancellationToken;
}

const NOTHING: IndexOutcome = { files: 0, chunks: 0, removed: 0 };

/** Brings the index in step with the disk once: plan, index, upkeep. Whatever fails leaves what was committed. */
export async function runPass(pass: Pass): Promise<IndexOutcome> {
  const { store, ledger, work } = pass;
  if (work.all) pass.onPhase('scanning');
  const startedAt = Date.now();
  const checkedMs = await readLastCheck(pass.indexDir);
  const { plan, skipped } = await planFolder(pass.folder, work, ledger, pass.files, checkedMs);
  if (skipped !== undefined) pass.onSkipped(skipped);
  let outcome = NOTHING;
  if (plan.read.length > 0 || plan.removed.length > 0) {
    const before = new Map(ledger);
    const suspects = await readSuspects(pass.indexDir, plan.read);
    for (const path of suspects.last) pass.say('info', `The engine ended while it read ${path}: it is read last this time, and alone.`);
    for (const { path } of suspects.quarantined) {
      pass.say('warn', `The engine ended twice while it read ${path}: the file is left out until it changes.`);
    }
    pass.onProgress(0, plan.read.length);
    pass.onPhase('indexing');
    outcome = await indexFiles({
      folder: pass.folder,
      plan,
      store,
      ledger,
      services: pass.services,
      gate: pass.gate,
      maxFileBytes: pass.files.maxFileBytes,
      suspects,
      journal: journalOf(pass.indexDir),
      onCommit: (updates) => pass.corpus.add(updates),
      onProgress: (done) => pass.onProgress(done, plan.read.length),
      cancelled: pass.cancelled,
      token: pass.token,
    });
    await renewTimes(store, before, ledger);
  }
  if (pass.cancelled()) return outcome;
  if (skipped !== undefined) await writeLastCheck(pass.indexDir, startedAt);
  await upkeep(pass);
  return outcome;
}

async function upkeep({ store, corpus, work, indexDir, fingerprint, services, onPhase }: Pass): Promise<void> {
  // Rows outside the full-text index are found but scored inexactly, so a whole pass leaves none.
  if ((await store.unindexedRows()) > (work.all ? 0 : UNINDEXED_ROWS)) {
    onPhase('upkeep');
    await store.upkeep();
  }
  if (!work.all) return;
  // The generation is complete now: the tables of earlier versions and models can go.
  // Keyword search alone is an emergency: the index with vectors stays for when it is over.
  if (services.embedder !== undefined) await dropOtherGenerations(indexDir, fingerprint);
  if (corpus.drift > DRIFT_FOR_RECOUNT) await corpus.recount(store);
  await corpus.save();
}
