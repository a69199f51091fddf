import { placeOf } from '../core/embedder.ts';
import { bytesText } from '../core/sizeText.ts';
import type { IndexStatus } from '../protocol/engine.ts';

function stateOf({ phase, message, files, indexDir }: IndexStatus): string {
  // A folder that is only looked at, and has no index, never gets past opening.
  if (phase === 'opening' && files === 0) return `not indexed yet: quarry index makes the index in ${indexDir}`;
  return message === '' ? phase : `${phase}: ${message}`;
}

/** A folder's index in a few lines for a person. */
export function statusText(status: IndexStatus): string {
  const { files, chunks, skipped, failed, bytesOnDisk, embedder, building } = status;
  const number = (value: number): string => value.toLocaleString('en');
  return [
    `Folder    ${status.folder}`,
    `State     ${stateOf(status)}`,
    `Index     ${number(files)} files, ${number(chunks)} chunks, ${number(skipped)} skipped, ${number(failed)} failed`,
    `Embedder  ${embedder.id}${embedder.device === '' ? '' : ` on ${placeOf(embedder)}`}${embedder.reason === '' ? '' : ` (${embedder.reason})`}`,
    ...(building === undefined
      ? []
      : [
          `Building  ${number(building.files)} files for ${building.embedder} (${Math.floor(building.coverage * 100)} %); the index before answers`,
        ]),
    `On disk   ${bytesText(bytesOnDisk)} in ${status.indexDir}`,
  ].join('\n');
}
