import assert from 'node:assert/strict';
import { ask, eventually, find, pressEscape, QUESTION, quarry, type } from './helpers.ts';

export function engineTests(): void {
  suite('the engine dies', () => {
    test('pending calls settle, the next search works, and the person reads one line', async () => {
      const api = await quarry();
      const pid = api.enginePid();
      assert.ok(pid !== undefined);
      const pending = Promise.allSettled([api.search(QUESTION), api.search('upload'), api.search('session token')]);
      process.kill(pid, 'SIGKILL');
      for (const result of await pending) {
        if (result.status === 'fulfilled') continue;
        const { message } = result.reason as Error;
        assert.ok(message !== '' && !message.includes('\n'), message);
      }
      const other = await eventually('another engine', () => {
        const now = api.enginePid();
        return now !== undefined && now !== pid ? now : undefined;
      });
      assert.notEqual(other, pid);
      const [first] = await find(QUESTION);
      assert.equal(first?.symbol, 'retryFailedUploads');
    });

    test('an open quick pick goes on', async () => {
      const api = await quarry();
      const pick = await ask('upload');
      const pid = api.enginePid();
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await eventually('another engine', () => (api.enginePid() !== pid && api.enginePid() !== undefined) || undefined);
      await type(pick, QUESTION);
      assert.equal(pick.rows()[0]?.label, '$(symbol-method) retryFailedUploads');
      await pressEscape();
    });
  });
}
