/** What a person reads about reranking, the same in the search box, the panel and the command line. */

export interface RerankFacts {
  readonly rerankMs: number;
  /** Id of the model, such as `owner/name`. */
  readonly reranker: string;
  readonly device: string;
  readonly candidates: number;
}

const DEVICES: Readonly<Record<string, string>> = { cpu: 'CPU', cuda: 'CUDA', dml: 'DirectML', coreml: 'Core ML', webgpu: 'WebGPU' };

export function deviceName(device: string): string {
  return DEVICES[device] ?? device;
}

/** `reranked 20 with gte-reranker on CPU, 610 ms`; empty when nothing was reranked. */
export function rerankText({ rerankMs, reranker, device, candidates }: RerankFacts): string {
  if (candidates === 0) return '';
  const on = device === '' ? '' : ` on ${deviceName(device)}`;
  return `reranked ${candidates} with ${reranker.slice(reranker.lastIndexOf('/') + 1)}${on}, ${timeText(rerankMs)}`;
}

/** `610 ms`, `1.2 s`. */
export function timeText(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `↑3`, `↓2`: how far a row moved; empty when it did not. */
export function movedText(moved: number): string {
  return moved === 0 ? '' : `${moved > 0 ? '↑' : '↓'}${Math.abs(moved)}`;
}
