import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { printable } from '../core/printable.ts';
import { ExplainFile, GetStatus, ListFiles, Search } from '../protocol/engine.ts';
import type { SearchRequest } from '../protocol/search.ts';
import { type SessionFlags, sessionOf } from './flags.ts';
import { toJsonAnswer, toText } from './format.ts';
import { languageIds } from './languages.ts';
import { type SearchOptions, toRequest } from './options.ts';
import { withSession } from './session.ts';
import { codeAt } from './similar.ts';
import { statusText } from './statusText.ts';
import { UsageError } from './usage.ts';
import { watchFolder } from './watch.ts';

interface CommonOptions extends SessionFlags {
  readonly json?: boolean;
}

type AnswerOptions = SearchOptions & { readonly json?: boolean; readonly explain?: boolean };

/** Indexing gives way to everything the person does. */
const LOW_PRIORITY = 10;

/** Each command returns its exit code: 0 with answers, 1 with none. */
export async function searchCommand(folder: string, question: string, options: AnswerOptions): Promise<number> {
  if (!existsSync(folder) && existsSync(question))
    throw new UsageError(`There is no folder \`${folder}\`: the folder comes first, then the question.`);
  return answer(folder, toRequest(resolve(folder), question, options, languageIds(options.lang)), options);
}

/** `place` is code of the folder, as results name it: `src/upload.ts:10-42`. */
export async function similarCommand(folder: string, place: string, options: AnswerOptions): Promise<number> {
  const request = toRequest(resolve(folder), place, options, languageIds(options.lang));
  return answer(folder, { ...request, similarTo: codeAt(resolve(folder), place) }, options);
}

async function answer(folder: string, request: SearchRequest, options: AnswerOptions): Promise<number> {
  return withSession(sessionOf(folder, options, true), async (session) => {
    await session.ready();
    const response = await session.client.request(Search, request);
    const colour = process.stdout.isTTY === true;
    const text =
      options.json === true
        ? JSON.stringify(toJsonAnswer(request.query, response))
        : toText(response, { explain: options.explain === true, colour });
    process.stdout.write(`${text}\n`);
    return response.hits.length > 0 ? 0 : 1;
  });
}

export async function indexCommand(folder: string, options: CommonOptions & { watch?: boolean }): Promise<number> {
  return withSession({ ...sessionOf(folder, options, true), priority: LOW_PRIORITY }, async (session) => {
    const { status, indexedFiles, indexedChunks, removedFiles, ms } = await session.ready();
    const done = `${indexedFiles} files read, ${indexedChunks} chunks written, ${removedFiles} files removed in ${(ms / 1000).toFixed(1)} s.`;
    process.stdout.write(options.json === true ? `${JSON.stringify(status)}\n` : `${statusText(status)}\n${done}\n`);
    if (options.watch === true) await watchFolder(session);
    return status.phase === 'failed' ? 1 : 0;
  });
}

export async function statusCommand(folder: string, options: CommonOptions): Promise<number> {
  return withSession(sessionOf(folder, options, false), async ({ client, folder: opened }) => {
    const status = await client.request(GetStatus, { folder: opened });
    process.stdout.write(options.json === true ? `${JSON.stringify(status)}\n` : `${statusText(status)}\n`);
    return status.files > 0 ? 0 : 1;
  });
}

export async function filesCommand(folder: string, options: CommonOptions & { skipped?: boolean; why?: string }): Promise<number> {
  return withSession(sessionOf(folder, options, false), async ({ client, folder: opened }) => {
    if (options.why !== undefined) {
      const verdict = await client.request(ExplainFile, { folder: opened, path: options.why });
      process.stdout.write(`${options.json === true ? JSON.stringify(verdict) : verdict.sentence}\n`);
      return verdict.indexed ? 0 : 1;
    }
    const listing = await client.request(ListFiles, { folder: opened });
    const skipped = [
      ...listing.skipped.map(({ path, reason, detail }) => ({ path, reason: detail ? `${reason}: ${detail}` : reason })),
      ...listing.failed.map(({ path, message }) => ({ path, reason: `failed: ${message}` })),
    ];
    const lines = options.skipped === true ? skipped.map(({ path, reason }) => `${path}\t${reason}`) : listing.indexed;
    // For another program each path is as it is.
    const shown = process.stdout.isTTY ? lines.map(printable) : lines;
    process.stdout.write(options.json === true ? `${JSON.stringify(listing)}\n` : shown.map((line) => `${line}\n`).join(''));
    return lines.length > 0 ? 0 : 1;
  });
}
