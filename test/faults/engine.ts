import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { type IndexSummary, OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { childrenOf } from '../runner/children.ts';
import { ANCHOR } from './tree.ts';

const DIST = join(import.meta.dirname, '../../dist');

/** The real engine on one folder, with what it logged. */
export interface Engine {
  readonly client: EngineClient;
  readonly log: readonly string[];
  indexed(): Promise<IndexSummary>;
  /** Whether a search for the anchor's function finds it. Rejects when the search has no answer. */
  findsAnchor(): Promise<boolean>;
  /** Kills the process with -9 and waits until it is gone; false when there was none. */
  kill(): Promise<boolean>;
  /** Kills the process that does its upkeep with -9, waiting a while for one; false when there was none, or the system does not tell. */
  killUpkeep(): Promise<boolean>;
}

/** So that small trees have that process as well. */
const UPKEEP_PROCESS_ABOVE = 50;
const UPKEEP_LOOKS = 40;

export async function openEngine(folder: string, indexDir: string): Promise<Engine> {
  const client = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: { mediaDir: join(DIST, 'media'), keywordOnly: false, upkeepProcessAbove: UPKEEP_PROCESS_ABOVE },
  });
  const log: string[] = [];
  client.onLog(({ level, message }) => log.push(`${level}: ${message}`));
  try {
    await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  } catch (error) {
    await client.stop();
    throw error;
  }
  return {
    client,
    log,
    indexed: () => client.request(WaitForIndex, { folder }),
    findsAnchor: async () => {
      const { hits } = await client.request(Search, { query: ANCHOR.symbol, mode: 'hybrid', limit: 5, rows: 'symbol', filters: {} });
      return hits.some(({ path }) => path === ANCHOR.path);
    },
    kill: () => killed(client),
    killUpkeep: () => upkeepKilled(client),
  };
}

async function upkeepKilled(client: EngineClient): Promise<boolean> {
  for (let look = 0; look < UPKEEP_LOOKS; look++) {
    const [child] = await childrenOf(client.pid(), 'upkeepProcess').catch(() => []);
    if (child !== undefined) {
      try {
        process.kill(child, 'SIGKILL');
        return true;
      } catch {
        // It has just ended.
      }
    }
    await sleep(5);
  }
  return false;
}

function killed(client: EngineClient): Promise<boolean> {
  return new Promise((resolve) => {
    const pid = client.pid();
    const off = client.onState(({ state }) => {
      if (state !== 'restarting' && state !== 'failed' && state !== 'starting') return;
      off();
      resolve(true);
    });
    try {
      if (pid === undefined) throw new Error('There is no process.');
      process.kill(pid, 'SIGKILL');
    } catch {
      // It had ended by itself.
      off();
      resolve(false);
    }
  });
}
