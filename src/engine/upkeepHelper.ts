import { isLostConnection } from '../protocol/lostConnection.ts';
import { UpkeepDiedError, UpkeepInterruptedError } from '../store/index.ts';
import type { UpkeepHelper } from '../store/upkeepPort.ts';
import { type ChildConnection, startChild } from './childProcess.ts';
import { messageOf } from './errors.ts';
import { markUpkeep, unmarkUpkeep } from './upkeepMark.ts';
import { DoUpkeep, UpkeepMemory } from './workerProtocol.ts';

/** The process ends when it has had nothing to do for so long; the steps of one upkeep follow each other faster. */
const IDLE_MS = 1000;

/** The upkeep process of one folder, there while it is needed. */
export interface FolderHelper extends UpkeepHelper {
  /** What the process takes now; 0 while there is none. */
  readonly bytes: number;
  /** Ends what runs at once, whatever it is. Settles when the process is gone; what it did is done again when it is wanted again. */
  interrupt(): Promise<void>;
  /** As {@link interrupt}, and nothing is begun any more. */
  close(): Promise<void>;
}

/** A step over fewer takes a tenth of a second or two, up to twice that on a busy machine; the start of a process takes as much. */
const ABOVE_CHUNKS = 10_000;

interface Held {
  readonly child: ChildConnection;
  jobs: number;
  bytes: number;
  isEnding: boolean;
}

export function createUpkeepHelper(indexDir: string, isHeld: () => boolean, aboveChunks = ABOVE_CHUNKS): FolderHelper {
  let current: Held | undefined;
  let isClosed = false;

  function held(): Held {
    if (current !== undefined) return current;
    const child = startChild('upkeepProcess');
    const now: Held = { child, jobs: 0, bytes: 0, isEnding: false };
    try {
      // Before it has anything to do: it must be known to whoever writes next.
      if (child.pid !== undefined) markUpkeep(indexDir, child.pid);
    } catch (error) {
      child.kill();
      throw error;
    }
    child.connection.onNotification(UpkeepMemory, (bytes) => {
      now.bytes = bytes;
    });
    current = now;
    void child.gone.then(() => {
      current = undefined;
      unmarkUpkeep(indexDir);
    });
    return now;
  }

  async function interrupt(): Promise<void> {
    if (current === undefined) return;
    current.isEnding = true;
    current.child.kill();
    await current.child.gone;
  }

  /** Two that end at the same time see to it once: the last one has no jobs left. */
  function endWhenIdle(one: Held): void {
    setTimeout(() => {
      if (one !== current || one.jobs > 0) return;
      one.isEnding = true;
      one.child.kill();
    }, IDLE_MS).unref();
  }

  return {
    get isHeld() {
      return isClosed || isHeld();
    },
    aboveChunks,
    get bytes() {
      return current?.bytes ?? 0;
    },
    async run(job, asked) {
      // One that ends takes nothing more.
      if (current?.isEnding === true) await current.child.gone;
      if (isClosed || (isHeld() && !asked)) throw new UpkeepInterruptedError('The upkeep of the index was paused.');
      const one = held();
      one.jobs++;
      try {
        return (await one.child.connection.sendRequest(DoUpkeep, job)) ?? undefined;
      } catch (error) {
        if (!isLostConnection(error)) throw new Error(messageOf(error));
        const how = await one.child.gone;
        if (one.isEnding) throw new UpkeepInterruptedError('The upkeep of the index was interrupted.');
        throw new UpkeepDiedError(`The process that works on the index ${how}`);
      } finally {
        one.jobs--;
        endWhenIdle(one);
      }
    },
    interrupt,
    close: () => {
      isClosed = true;
      return interrupt();
    },
  };
}
