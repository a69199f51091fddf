import { expect, vi } from 'vitest';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { childrenOf } from '../runner/children.ts';

/** The first such process, once there is one that is not `other`. */
export function startedBy(pid: () => number | undefined, command: string, other?: number): Promise<number> {
  return vi.waitFor(
    async () => {
      const child = (await childrenOf(pid(), command)).find((one) => one !== other);
      if (child === undefined) throw new Error(`there is no ${command} yet`);
      return child;
    },
    { timeout: 60_000, interval: 2 },
  );
}

/** Kills the engine with -9. (0 in place of a process that is not there would be the whole group of this one.) */
export function killEngine(client: Pick<EngineClient, 'pid'>): void {
  const pid = client.pid();
  expect(pid).toBeGreaterThan(0);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}
