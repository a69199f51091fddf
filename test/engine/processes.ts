import { vi } from 'vitest';
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
