import type { CancellationToken } from 'vscode-jsonrpc';
import type { FoundFile } from '../core/files.ts';
import type { Commit, FileUpdate, LedgerEntry } from '../store/types.ts';
import type { EmbedService } from './embedService.ts';
import { emptyUpdate, textsToEmbed, toUpdate } from './fileUpdate.ts';
import type { Gate } from './gate.ts';
import type { FileDraft } from './workerProtocol.ts';

/** What embedding needs of a run. */
export interface EmbedRun {
  /** What is searchable now. The record of a file of which only the time stamp moved is renewed here. */
  readonly ledger: Map<string, LedgerEntry>;
  /** Undefined for an index without vectors. */
  readonly embedder: EmbedService | undefined;
  readonly gate: Gate;
  /** Called between two steps of a long run; what it does is done before the next step. */
  readonly between: () => Promise<void>;
  readonly cancelled: () => boolean;
  readonly token: CancellationToken;
}

/** Time between two looks at what else is to be done, while texts are embedded. */
const STEP_MS = 500;
const FIRST_STEP_TEXTS = 32;

/** Embeds the drafts of a batch: what of them is to be written. `onEmbedded` is told the share of the texts that are embedded, 0 to 1. */
export async function toCommit(
  run: EmbedRun,
  batch: readonly FoundFile[],
  drafts: readonly FileDraft[],
  onEmbedded: (share: number) => void,
): Promise<Commit> {
  const found = new Map(batch.map((file) => [file.path, file]));
  const texts = drafts.flatMap(textsToEmbed);
  const { embedder } = run;
  const vectors = embedder === undefined || texts.length === 0 ? null : await embedInSteps(run, embedder, texts, onEmbedded);
  const dimension = embedder?.info.dimension ?? 0;
  const updates: FileUpdate[] = [];
  const removed: string[] = [];
  let row = 0;
  for (const draft of drafts) {
    const known = run.ledger.get(draft.path);
    if (draft.state === 'indexed') {
      const count = draft.chunks.length + 1;
      const first = row;
      row += count;
      const own =
        vectors && Array.from({ length: count }, (_, i) => vectors.subarray((first + i) * dimension, (first + i + 1) * dimension));
      updates.push(toUpdate(draft, own));
    } else if (draft.state === 'gone') {
      if (known !== undefined) removed.push(draft.path);
    } else if (draft.state === 'unchanged') {
      // Only the time stamp moved: the record is renewed in memory, and on disk with the next change of this file.
      if (known !== undefined) run.ledger.set(draft.path, { ...known, size: draft.size, mtimeMs: draft.mtimeMs });
    } else {
      updates.push(emptyUpdate(withoutChunks(draft, found.get(draft.path), known)));
    }
  }
  return { updates, removed };
}

/** A pause must not wait for a whole batch, which a large model works on for minutes: a step grows and shrinks with what it takes. */
async function embedInSteps(
  run: EmbedRun,
  embedder: EmbedService,
  texts: readonly string[],
  onEmbedded: (share: number) => void,
): Promise<Float32Array> {
  const { dimension } = embedder.info;
  const vectors = new Float32Array(texts.length * dimension);
  let size = FIRST_STEP_TEXTS;
  let at = 0;
  while (at < texts.length && !run.cancelled()) {
    const startedAt = performance.now();
    vectors.set(await embedder.embed(texts.slice(at, at + size), 'document', run.token), at * dimension);
    at += size;
    onEmbedded(Math.min(1, at / texts.length));
    size = Math.max(1, Math.min(2 * size, Math.round((size * STEP_MS) / Math.max(1, performance.now() - startedAt))));
    await run.between();
    await run.gate.passed();
  }
  return vectors;
}

function withoutChunks(
  draft: Extract<FileDraft, { state: 'skipped' | 'failed' }>,
  found: FoundFile | undefined,
  known: LedgerEntry | undefined,
): LedgerEntry {
  const empty = { path: draft.path, chunks: 0, skipReason: '', error: '' } as const;
  if (draft.state === 'skipped') {
    const { size, mtimeMs, hash, reason, detail } = draft;
    return { ...empty, size, mtimeMs, hash, state: 'skipped', skipReason: reason, error: detail, attempts: 0 };
  }
  // Size and time as found, so that the file is left alone after its last attempt until it changes.
  const { size, mtimeMs } = found ?? { size: 0, mtimeMs: 0 };
  const again = known?.state === 'failed' && known.size === size && known.mtimeMs === mtimeMs;
  const attempts = (again ? known.attempts : 0) + 1;
  return { ...empty, size, mtimeMs, hash: '', state: 'failed', error: draft.error, attempts };
}
