import { digestText, filesOf, type ModelDtype, repositoriesOf, sizeOf } from '../core/modelCatalogue.ts';
import { sizeText } from '../core/sizeText.ts';
import type { ListedModel, ModelListing, ModelProgressEvent, ModelVerdict } from '../protocol/models.ts';

/** What a person reads about models in a terminal. */

export function listText({ models, dir, reranker }: ModelListing): string {
  const rows = models.map(({ entry, size, installed }) => {
    const parts = [entry.role, entry.licence];
    if (entry.delivery === 'download') parts.push(sizeText(size));
    parts.push(stateOf(entry.delivery, installed !== null));
    return `${entry.id}\n    ${parts.join(', ')}\n    ${entry.note}`;
  });
  const hint = reranker === null ? [] : [`Suggested reranker here: ${reranker.id}. ${reranker.reason}`];
  return [...rows, ...hint, `Models are installed in ${dir}.`].join('\n');
}

function stateOf(delivery: ListedModel['entry']['delivery'], isInstalled: boolean): string {
  if (delivery === 'package') return 'in the package';
  if (delivery === 'server') return 'through a server of yours';
  return isInstalled ? 'installed' : 'not installed';
}

/** Size, licence and source, before the question. */
export function askText({ entry, size }: ListedModel, hub: string, dtype: ModelDtype | undefined): string {
  const isKnown = dtype === undefined || entry.variants.some((one) => one.dtype === dtype);
  const files = isKnown ? filesOf(entry, dtype) : [];
  const weight = sizeText(isKnown ? sizeOf(files) : size);
  const sources = repositoriesOf(files).map((repository) => `  source   ${hub}/${repository}`);
  return [
    `${entry.id}: ${entry.note}`,
    `  size     ${weight}`,
    `  licence  ${entry.licence}`,
    ...sources,
    `  digest   ${digestText(files)}`,
  ].join('\n');
}

export function progressText({ file, bytes, total, secondsLeft }: ModelProgressEvent): string {
  const share = total > 0 ? ` ${Math.floor((bytes / total) * 100)} %` : '';
  const left = secondsLeft === null ? '' : `, ${secondsLeft} s left`;
  return `${file}:${share} (${sizeText({ bytes, exact: true })} of ${sizeText({ bytes: total, exact: true })}${left})`;
}

export function verdictText(verdicts: readonly ModelVerdict[]): string {
  return verdicts
    .map(({ id, files }) => {
      const bad = files.filter(({ state }) => state !== 'ok');
      return [
        `${id}: ${bad.length === 0 ? `${files.length} files are as they were installed` : 'damaged; download or import it again'}`,
        ...bad.map(({ path, state }) => `    ${path} is ${state}`),
        ...unknownDigests(id, files),
      ].join('\n');
    })
    .join('\n');
}

/** Files whose digest nobody knew before they came: a person can compare them with the page they came from. */
function unknownDigests(id: string, files: ModelVerdict['files']): readonly string[] {
  const unknown = files.filter(({ pinned }) => !pinned);
  if (unknown.length === 0) return [];
  const rows = unknown.map(({ path, sha256 }) => `      ${sha256}  ${path}`);
  return [`    no digest was known when these came; compare them with those on the page of ${id}:`, ...rows];
}
