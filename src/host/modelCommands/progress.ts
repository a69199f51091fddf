import { bytesText } from '../../core/sizeText.ts';
import type { ModelProgressEvent } from '../../protocol/models.ts';
import { duration } from '../sentence.ts';

/** `12.0 MB of 139.0 MB, 40 s left` */
export function progressMessage({ bytes, total, secondsLeft }: ModelProgressEvent): string {
  const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
  return `${bytesText(bytes)} of ${bytesText(total)}${left}`;
}
