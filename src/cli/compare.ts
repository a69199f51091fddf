import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ComparedEmbedder, type ComparedEngine, runModels, UnknownModelError } from '../client/compareModels.ts';
import { type ComparedQuestion, compareRuns, comparisonText } from '../core/compare.ts';
import { readQuestions } from '../core/comparedQuestions.ts';
import { endpointOf, type SessionFlags, sessionOf } from './flags.ts';
import { defaultIndexDir } from './indexDir.ts';
import { openSession, type SessionOptions } from './session.ts';
import { UsageError } from './usage.ts';

interface CompareOptions extends SessionFlags {
  readonly models: readonly string[];
  readonly queries: string;
  readonly gold?: string;
  readonly json?: boolean;
}

const CLEAR_LINE = '\r\u001b[2K';

/** Asks the same questions of several models and says how far they agree; with known answers, how good each is. */
export async function compareCommand(folder: string, options: CompareOptions): Promise<number> {
  if (options.models.length < 2) throw new UsageError('--models names two models or more, separated by commas.');
  const questions = questionsOf(options);
  const own = sessionOf(folder, options, true);
  const open = async (embedder: ComparedEmbedder): Promise<ComparedEngine> => {
    const session = await openSession(embedderOf(embedder, options, own));
    try {
      const { status } = await session.ready();
      if (status.phase === 'failed') throw new Error(status.message);
    } catch (error) {
      await session.close();
      throw error;
    }
    return { request: session.client.request, close: session.close };
  };
  const runs = await runModels({ models: options.models, questions, open, onProgress: showProgress }).catch((error: unknown) => {
    throw error instanceof UnknownModelError ? new UsageError(error.message) : error;
  });
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  const comparison = compareRuns(questions, runs);
  process.stdout.write(`${options.json === true ? JSON.stringify(comparison) : comparisonText(comparison)}\n`);
  return 0;
}

function questionsOf({ queries, gold }: CompareOptions): readonly ComparedQuestion[] {
  try {
    return readQuestions(fileOf(queries), gold === undefined ? undefined : fileOf(gold));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function fileOf(path: string): { readonly name: string; readonly text: string } {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch {
    throw new UsageError(`${path} cannot be read.`);
  }
}

/** Another embedder has an index of its own beside the folder's, which stays as it is. */
function embedderOf(embedder: ComparedEmbedder, flags: SessionFlags, own: SessionOptions): SessionOptions {
  if (embedder.kind !== 'model' && embedder.kind !== 'endpoint') return own;
  const key = createHash('sha256').update(JSON.stringify(embedder)).digest('hex').slice(0, 12);
  const indexDir = `${resolve(own.indexDir ?? defaultIndexDir(own.folder))}-compare-${key}`;
  const { endpoint: _, ...rest } = own;
  if (embedder.kind === 'endpoint') return { ...rest, indexDir, endpoint: endpointOf(embedder.choice, flags) };
  return { ...rest, indexDir, embedder: { model: embedder.id, device: flags.device ?? 'auto', required: true } };
}

function showProgress(model: string, done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`${CLEAR_LINE}${model}: ${done} of ${total} questions`);
}
