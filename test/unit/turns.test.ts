import { describe, expect, it } from 'vitest';
import { createTurns, type Sharer, type Turns } from '../../src/engine/turns.ts';

const never = (): boolean => false;

interface Work {
  readonly weight?: number;
  readonly costs: readonly number[];
  readonly isPaused?: boolean;
}

/** Lets each folder take its turns and then leave; answers with the order in which they went, which grows in `order`. */
async function orderOf(turns: Turns, work: Readonly<Record<string, Work>>, order: string[] = []): Promise<string> {
  const each = Object.entries(work).map(async ([name, own]) => {
    const sharer: Sharer = {
      weight: own.weight ?? 1,
      get paused() {
        return own.isPaused === true;
      },
    };
    for (const cost of own.costs) {
      await turns.take(sharer, cost, never);
      order.push(name);
      await new Promise((resolve) => setImmediate(resolve));
      while (own.isPaused === true) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    turns.leave(sharer);
  });
  await Promise.all(each);
  return order.join('');
}

const times = (count: number, cost = 10): readonly number[] => Array.from({ length: count }, () => cost);

describe('turns', () => {
  it('go round', async () => {
    expect(await orderOf(createTurns(), { a: { costs: times(3) }, b: { costs: times(3) } })).toBe('ababab');
  });

  it('cost what they cost: small ones of one fit between large ones of another', async () => {
    const order = await orderOf(createTurns(), { a: { costs: times(3, 30) }, b: { costs: times(9) } });
    expect(order).toMatch(/^ab+ab{2,4}a?b*$/);
  });

  it('are more for a folder that somebody looks at, and some for the others all the same', async () => {
    const order = await orderOf(createTurns(), { a: { costs: times(3) }, b: { weight: 4, costs: times(12) } });
    expect(order).toMatch(/^ab+ab{3,5}ab*$/);
  });

  it('begin for a latecomer where the others are, so that nobody has to wait for it to catch up', async () => {
    const turns = createTurns();
    const early = orderOf(turns, { a: { costs: times(60) } });
    await new Promise((resolve) => setTimeout(resolve, 1));
    const late = orderOf(turns, { b: { costs: times(60) } });
    expect(await Promise.race([early.then(() => 'early'), late.then(() => 'late')])).toBe('early');
    await late;
  });

  it('are kept waiting by nobody who is paused, who has nothing to make up for afterwards', async () => {
    const went: string[] = [];
    const paused: Work = {
      costs: times(30),
      get isPaused() {
        return went.length < 20;
      },
    };
    const order = await orderOf(createTurns(), { a: paused, b: { costs: times(60) } }, went);
    expect(order.startsWith('abbb')).toBe(true);
    expect(order).not.toContain('aaaa'.repeat(6).concat('b'));
  });

  it('are not waited for by whoever is cancelled', async () => {
    const turns = createTurns();
    const [ahead, behind]: readonly Sharer[] = [
      { weight: 1, paused: false },
      { weight: 1, paused: false },
    ];
    if (ahead === undefined || behind === undefined) throw new Error('two sharers');
    await turns.take(behind, 1, never);
    await turns.take(ahead, 1000, never);
    let isCancelled = false;
    const waiting = turns.take(ahead, 1, () => isCancelled);
    isCancelled = true;
    await waiting;
  });
});

describe('what is done alone', () => {
  it('is done one at a time for each kind, and whatever fails is over', async () => {
    const turns = createTurns();
    let running = 0;
    const write = (fails: boolean) =>
      turns.alone('commit', never, async () => {
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
        if (fails) throw new Error('no room');
        return 'written';
      });
    const all = await Promise.allSettled([write(false), write(true), write(false)]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    let end = (): void => undefined;
    const tidying = turns.alone('upkeep', never, () => new Promise<void>((resolve) => (end = resolve)));
    expect(await write(false)).toBe('written');
    expect(
      await turns.alone(
        'upkeep',
        () => true,
        () => Promise.resolve('ran'),
      ),
    ).toBeUndefined();
    end();
    await tidying;
  });
});
