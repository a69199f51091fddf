import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { InstalledModel } from '../../core/installedModel.ts';
import type { RerankerEntry } from '../../core/modelCatalogue.ts';
import { deviceChoices } from '../../inference/devices.ts';
import { CATALOGUE, findModel } from '../../models/catalogue.ts';
import type { ModelLibrary } from '../../models/library.ts';
import type { RerankOptions } from '../../protocol/rerank.ts';
import { smallestGraph } from '../modelMemory.ts';
import type { LocalModel } from './localRerankers.ts';

/** More threads than this gain little for one pair, and the person has other work for the cores. */
const MOST_THREADS = 2;

/** The installed reranker that is asked for, or else the one that suits code best. Throws one sentence when there is none. */
export async function chooseReranker(library: ModelLibrary, options: RerankOptions): Promise<LocalModel> {
  const wanted = options.model ?? '';
  const { entry, installed } = wanted === '' ? await anyReranker(library) : await namedReranker(library, wanted);
  const paths = new Set(installed.files.map(({ path }) => path));
  const device = options.device ?? 'auto';
  const dtype = options.dtype ?? 'auto';
  const all = deviceChoices(entry, paths, device, process.platform);
  const choices = dtype === 'auto' ? all : all.filter((choice) => choice.dtype === dtype);
  if (choices.length === 0)
    throw new Error(`${entry.id} is not installed in ${dtype === 'auto' ? 'a format that this machine runs' : dtype}.`);
  const digests = installed.files.map(({ sha256 }) => sha256);
  return {
    entry,
    folder: library.folderOf(entry.id),
    choices,
    threads: Math.min(MOST_THREADS, availableParallelism()),
    key: createHash('sha256')
      .update(JSON.stringify([entry.id, digests, choices]))
      .digest('hex'),
    weightBytes: smallestGraph(installed.files, (path) => choices.some(({ graph }) => graph === path)),
  };
}

interface Found {
  readonly entry: RerankerEntry;
  readonly installed: InstalledModel;
}

async function namedReranker(library: ModelLibrary, id: string): Promise<Found> {
  const entry = findModel(id);
  if (entry?.role !== 'reranker') throw new Error(`Quarry knows no reranker ${id}.`);
  if (entry.delivery === 'server') throw new Error(`${id} is too large to run here: it is used through a server of yours.`);
  const installed = await library.find(id);
  if (installed === undefined) throw new Error(`${id} is not installed.`);
  return { entry, installed };
}

async function anyReranker(library: ModelLibrary): Promise<Found> {
  const rerankers = CATALOGUE.filter((entry): entry is RerankerEntry => entry.role === 'reranker' && entry.delivery === 'download');
  const ordered = [...rerankers].sort((a, b) => Number(b.helpsCode === true) - Number(a.helpsCode === true));
  for (const entry of ordered) {
    const installed = await library.find(entry.id);
    if (installed !== undefined) return { entry, installed };
  }
  throw new Error(`No reranker is installed; one for code is ${ordered[0]?.id}.`);
}
