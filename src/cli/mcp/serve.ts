import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { GetStatus, Search, WaitForIndex } from '../../protocol/engine.ts';
import { type SessionFlags, sessionOf } from '../flags.ts';
import { openSession, type Session } from '../session.ts';
import { follow } from '../watch.ts';
import { type AgentSearch, agentServer } from './tools.ts';

/** A question waits this long for changes that are known, and then is answered from what is searchable: an agent has more patience than a person. */
const WAIT_MS = 20_000;

/** Serves an agent over standard input and output, following the folder, until the agent goes. */
export async function mcpCommand(folder: string, options: SessionFlags, version: string): Promise<number> {
  const session = await openSession(sessionOf(resolve(folder), options, true));
  // Without a watcher the engine still compares everything with the disk every ten minutes: the agent is served all the same.
  const following = follow(session).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  });
  const served = serveStdio(() => agentServer(searchOf(session), version), {
    onerror: ({ message }) => process.stderr.write(`${message}\n`),
  });
  try {
    await agentGone();
  } finally {
    await served.close();
    await (await following)?.close();
    await session.close();
  }
  return 0;
}

function searchOf({ client, folder }: Session): AgentSearch {
  return {
    folder,
    async search(request) {
      await soon(client.request(WaitForIndex, { folder }));
      return client.request(Search, request);
    },
    status: () => client.request(GetStatus, { folder }),
  };
}

/** Settles with the promise or after the wait; an index that fails says so in its status and need not keep anybody from searching. */
async function soon(promise: Promise<unknown>): Promise<void> {
  const wait = new AbortController();
  const done = promise.then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([done, sleep(WAIT_MS, undefined, { signal: wait.signal }).catch(() => undefined)]);
  wait.abort();
}

function agentGone(): Promise<void> {
  return new Promise((resolve) => {
    const gone = (): void => resolve();
    process.stdin.once('end', gone).once('close', gone);
    process.once('SIGINT', gone).once('SIGTERM', gone);
  });
}
