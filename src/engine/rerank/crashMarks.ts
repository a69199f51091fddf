import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, type Owner, thisProcess } from '../writerLock.ts';

/**
 * A model can take the whole process with it (no memory, a bug in native code). A file names the model while it works, so that the next
 * process knows what the last one died of: the question that was being answered gets the order of retrieval, and after the second
 * time the model is left alone until the engine is restarted on purpose.
 */
export interface CrashMarks {
  /** One sentence on why this model is not to be used now; empty when it may be. Says so once after one death. */
  problem(model: string): Promise<string>;
  /** Call before the model works, and what it returns afterwards. */
  begin(model: string): Promise<() => Promise<void>>;
  /** The process ends on purpose, whatever works now. */
  clear(): Promise<void>;
}

interface Mark {
  readonly owner: Owner;
  readonly model: string;
  /** Times that a process had died of it before. */
  readonly deaths: number;
}

const FOLDER = '.reranking';
const DEATHS_ALLOWED = 1;

export function openCrashMarks(modelsDir: string): CrashMarks {
  const folder = join(modelsDir, FOLDER);
  const mine = join(folder, `${process.pid}.json`);
  const deaths = new Map<string, number>();
  const excused = new Set<string>();
  let working = 0;
  let read: Promise<void> | undefined;

  /** Takes over what dead processes have left. */
  async function readLeft(): Promise<void> {
    for (const name of await readdir(folder).catch(() => [])) {
      const mark = await readMark(join(folder, name));
      if (mark !== undefined && isAlive(mark.owner)) continue;
      await rm(join(folder, name), { force: true });
      if (mark !== undefined) deaths.set(mark.model, Math.max(deaths.get(mark.model) ?? 0, mark.deaths + 1));
    }
  }

  return {
    async problem(model) {
      read ??= readLeft();
      await read;
      const count = deaths.get(model) ?? 0;
      if (count > DEATHS_ALLOWED)
        return `The search engine ended ${count} times while ${model} was reranking: it is not used until the engine is restarted.`;
      if (count === 0 || excused.has(model)) return '';
      excused.add(model);
      return `The search engine ended while ${model} was reranking.`;
    },
    async begin(model) {
      working += 1;
      const mark: Mark = { owner: thisProcess(), model, deaths: deaths.get(model) ?? 0 };
      await mkdir(folder, { recursive: true });
      // Whole or not at all: a process can die at any moment, and that is what this is for.
      const draft = `${mine}.${working}.new`;
      await writeFile(draft, JSON.stringify(mark));
      await rename(draft, mine);
      return async () => {
        working -= 1;
        deaths.delete(model);
        if (working === 0) await rm(mine, { force: true });
      };
    },
    clear: () => rm(mine, { force: true }),
  };
}

async function readMark(file: string): Promise<Mark | undefined> {
  try {
    const { owner, model, deaths } = JSON.parse(await readFile(file, 'utf8')) as Partial<Mark>;
    if (typeof owner?.pid !== 'number' || typeof model !== 'string') return undefined;
    return { owner: { pid: owner.pid, started: owner.started ?? '' }, model, deaths: typeof deaths === 'number' ? deaths : 0 };
  } catch {
    // Written in part, or gone meanwhile: it names nothing.
    return undefined;
  }
}
