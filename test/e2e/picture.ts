import { afterEach } from 'vitest';
import type { Session } from '../runner/session.ts';

/** Saves what the browser shows when a test fails, as shots/failed-<test>.png. */
export function pictureOnFailure(session: () => Session | undefined): void {
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await session()?.shot(`failed-${task.name.replace(/\W+/g, '-').slice(0, 60)}`);
  });
}
