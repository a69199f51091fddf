import type { RerankerSuggestion } from '../core/installedModel.ts';
import { type ModelDevice, type ModelDtype, type RerankerEntry, sizeOf } from '../core/modelCatalogue.ts';
import { RERANKERS } from './catalogue/rerankers.ts';

/** A session holds its weights about twice while it loads, and buffers beside them. */
const MEMORY_PER_BYTE = 2.2;
const MEMORY_BASE = 150_000_000;

/** Bytes of memory that loading weights of this size may take at its peak. */
export function memoryNeeded(weightBytes: number): number {
  return weightBytes * MEMORY_PER_BYTE + MEMORY_BASE;
}

/**
 * The reranker that fits an embedder (an id of the catalogue), a device, and its free memory in bytes. Only models that are published to
 * help on code are suggested; undefined when none fits, as no reranker is better than one that makes the results worse.
 */
export function suggestReranker(embedder: string, device: ModelDevice, memoryBytes: number): RerankerSuggestion | undefined {
  const owner = (id: string) => id.split('/', 1)[0];
  const known = RERANKERS.filter((entry) => entry.delivery === 'download' && entry.kind === 'cross-encoder' && entry.helpsCode === true);
  // A reranker that was published together with the embedder comes first.
  const ordered = [...known].sort((a, b) => Number(owner(b.id) === owner(embedder)) - Number(owner(a.id) === owner(embedder)));
  for (const entry of ordered) {
    const dtype = dtypeThatFits(entry, device, memoryBytes);
    if (dtype === undefined) continue;
    const pair = owner(entry.id) === owner(embedder) ? ' together with this embedder' : '';
    const place = device === 'cpu' ? 'small enough for a CPU' : `small enough for the free memory of the device (${device})`;
    return { id: entry.id, dtype, offer: device !== 'cpu', reason: `It is published to help on code${pair}, and ${place}.` };
  }
  return undefined;
}

/** The device's own number format, or else the smallest other one that serves there. */
function dtypeThatFits(entry: RerankerEntry, device: ModelDevice, memoryBytes: number): ModelDtype | undefined {
  const preferred = entry.dtypes[device];
  if (preferred === undefined) return undefined;
  // Eight-bit kernels are for the CPU, and half precision is for the others.
  const serves = (dtype: ModelDtype) => dtype === preferred || (device !== 'cpu' && dtype === 'q4f16');
  const candidates = entry.variants.filter(({ dtype }) => serves(dtype));
  const ordered = [...candidates].sort((a, b) => Number(b.dtype === preferred) - Number(a.dtype === preferred));
  return ordered.find(({ files }) => memoryNeeded(sizeOf(files).bytes) <= memoryBytes)?.dtype;
}
