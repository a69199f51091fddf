import type { InstalledFile } from '../core/installedModel.ts';
import { memoryNeeded } from '../models/suggestReranker.ts';

/** Bytes of the smallest of these graphs of an installed model, with the weights that stand in files beside it; 0 for no graph. */
export function smallestGraph(files: readonly InstalledFile[], isWanted: (graph: string) => boolean = () => true): number {
  const graphs = files.filter(({ path }) => path.endsWith('.onnx') && isWanted(path));
  const sizes = graphs.map((graph) => files.reduce((sum, { path, bytes }) => (path.startsWith(graph.path) ? sum + bytes : sum), 0));
  return sizes.length === 0 ? 0 : Math.min(...sizes);
}

/** Throws one sentence when weights of this size do not fit the memory that can be had. */
export function checkMemory(id: string, weightBytes: number, availableBytes: number): void {
  const needed = memoryNeeded(weightBytes);
  if (needed > availableBytes)
    throw new Error(`${id} needs about ${megabytes(needed)} of memory, and ${megabytes(availableBytes)} are free.`);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
