import type { WriteStream } from 'node:tty';
import type { EngineClient } from '../client/engineClient.ts';
import type { IndexStatus } from '../protocol/engine.ts';

const CLEAR_LINE = '\r\u001b[2K';

/** One line of progress that overwrites itself. Nothing at all when the stream is no terminal. */
export function showProgress(client: Pick<EngineClient, 'onStatus'>, stream: WriteStream): { end(): void } {
  if (!stream.isTTY) return { end: () => undefined };
  const stop = client.onStatus((status) => {
    const line = progressLine(status);
    stream.write(line === '' ? CLEAR_LINE : `${CLEAR_LINE}${line}`);
  });
  return {
    end: () => {
      stop();
      stream.write(CLEAR_LINE);
    },
  };
}

export function progressLine(status: IndexStatus): string {
  if (status.phase === 'scanning') return 'Looking for files ...';
  if (status.phase === 'upkeep') return 'Ordering the index ...';
  if (status.phase !== 'indexing') return '';
  const { filesDone, filesTotal, filesPerSecond, secondsLeft } = status;
  const rate = filesPerSecond > 0 ? `, ${filesPerSecond.toLocaleString('en')} files/s` : '';
  const left = secondsLeft === null ? '' : `, ${secondsLeft} s left`;
  return `Indexing ${filesDone.toLocaleString('en')} of ${filesTotal.toLocaleString('en')} files${rate}${left}`;
}
