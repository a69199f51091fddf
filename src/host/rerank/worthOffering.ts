import type { IndexStatus } from '../../protocol/engine.ts';

/** Devices that reranking costs little on. */
const GPUS: ReadonlySet<string> = new Set(['cuda', 'dml', 'coreml', 'webgpu']);

/** True when reranking is worth a question to the person: a GPU serves the embedder, and nobody has decided yet. */
export function isWorthOffering(statuses: readonly Pick<IndexStatus, 'embedder'>[], enabled: boolean, offered: boolean): boolean {
  return !enabled && !offered && statuses.some(({ embedder }) => GPUS.has(embedder.device));
}
