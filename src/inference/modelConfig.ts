import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a model's own `config.json` says that decides how it is run. */
export interface ModelConfig {
  /** Positions that its graph has; `Infinity` where it does not say. */
  readonly positions: number;
  /** Names of its classes in the order of its logits; empty where it does not say. */
  readonly labels: readonly string[];
}

/** Positions of these begin behind the padding token's, whose number is 1. */
const OFFSET_POSITIONS = /roberta|camembert/;
const OFFSET = 2;

/** Reads the configuration of a model's folder; one that is missing or odd says nothing. */
export async function readConfig(folder: string): Promise<ModelConfig> {
  const config = await readFile(join(folder, 'config.json'), 'utf8')
    .then((text): unknown => JSON.parse(text))
    .catch(() => undefined);
  if (typeof config !== 'object' || config === null) return { positions: Number.POSITIVE_INFINITY, labels: [] };
  const { model_type: type, max_position_embeddings: most, n_positions: other, id2label } = config as Readonly<Record<string, unknown>>;
  const given = [most, other].find((value): value is number => typeof value === 'number' && value > OFFSET);
  const offset = typeof type === 'string' && OFFSET_POSITIONS.test(type) ? OFFSET : 0;
  const labels = typeof id2label === 'object' && id2label !== null ? Object.values(id2label) : [];
  return { positions: given === undefined ? Number.POSITIVE_INFINITY : given - offset, labels: labels.map(String) };
}
