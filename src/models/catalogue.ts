import type { ModelEntry } from '../core/modelCatalogue.ts';
import { EMBEDDERS } from './catalogue/embedders.ts';
import { RERANKERS } from './catalogue/rerankers.ts';

/** Every model that the product knows: one entry each, data only. */
export const CATALOGUE: readonly ModelEntry[] = [...EMBEDDERS, ...RERANKERS];

export function findModel(id: string): ModelEntry | undefined {
  return CATALOGUE.find((entry) => entry.id === id);
}
