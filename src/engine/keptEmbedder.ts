import type { MessageConnection } from 'vscode-jsonrpc';
import type { EmbedderSource } from '../inference/embedder.ts';
import { isLostConnection } from '../protocol/lostConnection.ts';
import type { EmbedService } from './embedService.ts';
import { messageOf } from './errors.ts';
import { embedderKey } from './fingerprint.ts';
import { seconds, TimeoutError, within } from './waiting.ts';
import { EmbedTexts, OpenEmbedder, type OpenedEmbedder } from './workerProtocol.ts';

/** In milliseconds: a process that hangs, in a driver for one, is of no more use than one that has died. */
const PATIENCE = {
  open: 120_000,
  /** Indexing waits as long as it takes; a question that waits for one chunk at most does not. */
  question: 60_000,
};

/** A thread or a process that can hold an embedder. */
export interface EmbedPlace {
  readonly connection: MessageConnection;
  /** Settles when it has ended, with how in words; what waits for an answer is rejected then. */
  readonly gone: Promise<string>;
  kill(): void;
}

export interface KeptParts {
  /** Starts another place; throws one sentence when none is to be started any more. */
  readonly start: () => EmbedPlace;
  /** What to open there; null for the bundled embedder. */
  readonly source: () => EmbedderSource | null;
  /** The place is ended when nobody has asked for so long. */
  readonly idleMs?: number | undefined;
  /** It has ended by itself, or computes no more. Settles when another one may be tried at once; rejects with one sentence otherwise. */
  readonly onDeath: (how: string) => Promise<void>;
  /** Another place would compute other vectors, which must not meet the ones before in one index. */
  readonly onOther: () => void;
  /** For tests. */
  readonly patience?: Partial<typeof PATIENCE>;
}

/** It answers that it cannot: out of memory, or a device that computes no more. A fresh place has all there is. */
class ComputingError extends Error {}

interface Held {
  readonly place: EmbedPlace;
  readonly ready: Promise<OpenedEmbedder>;
  /** Settles as `onDeath` does. */
  dead: Promise<void> | undefined;
}

/** An embedder that is opened again, and asked again, where its place died under it. Rejects when it cannot be opened at all. */
export async function keepEmbedder(parts: KeptParts): Promise<EmbedService> {
  const patience = { ...PATIENCE, ...parts.patience };
  let current: Held | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asking = 0;

  function hold(): Held {
    if (current !== undefined) return current;
    const place = parts.start();
    const opening = place.connection.sendRequest(OpenEmbedder, parts.source());
    const held: Held = { place, ready: inTime(opening, patience.open), dead: undefined };
    current = held;
    // A model that cannot be opened leaves an empty place. Whoever asks is told why.
    held.ready.catch(() => {
      if (current === held) current = undefined;
      place.kill();
    });
    void place.gone.then((how) => {
      // One that was put out of sight has ended on purpose.
      if (current === held) bury(held, how);
    });
    return held;
  }

  /** However many ask when it happens, a death counts once. */
  function bury(held: Held, how: string): Promise<void> {
    if (held.dead === undefined) {
      if (current === held) current = undefined;
      held.dead = parts.onDeath(how);
      held.dead.catch(() => undefined);
      held.place.kill();
    }
    return held.dead;
  }

  /** Asks the place that is held, and after its death another one. */
  async function withPlace<T>(action: (held: Held) => Promise<T>): Promise<T> {
    for (;;) {
      const held = hold();
      try {
        return await action(held);
      } catch (error) {
        const isLost = isLostConnection(error);
        if (!isLost && !(error instanceof ComputingError)) throw error;
        await bury(held, isLost ? await held.place.gone : messageOf(error));
      }
    }
  }

  const { info, reason } = await withPlace(({ ready }) => ready);
  const key = embedderKey(info);
  const rest = (): void => {
    if (parts.idleMs === undefined || asking > 0) return;
    idle = setTimeout(() => {
      // Out of sight first: whoever asks from now on starts another place.
      const left = current;
      current = undefined;
      left?.place.kill();
    }, parts.idleMs);
    idle.unref();
  };
  rest();

  return {
    info,
    note: () => reason,
    async embed(texts, side, token, urgent) {
      clearTimeout(idle);
      asking++;
      try {
        return await withPlace(async (held) => {
          const { info: now } = await held.ready;
          if (embedderKey(now) !== key) {
            parts.onOther();
            throw new Error(`${info.id} would compute other vectors now: restart the engine.`);
          }
          const isUrgent = urgent ?? side === 'query';
          const answer = held.place.connection.sendRequest(EmbedTexts, { texts, side, urgent: isUrgent }, token).catch((error: unknown) => {
            throw isLostConnection(error) ? error : new ComputingError(`failed: ${messageOf(error)}`);
          });
          return isUrgent ? inTime(answer, patience.question) : answer;
        });
      } finally {
        asking--;
        rest();
      }
    },
  };
}

function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  return within(answer, ms, '').catch((error: unknown) => {
    throw error instanceof TimeoutError ? new ComputingError(`did not answer within ${seconds(ms)}`) : error;
  });
}
