import type { ModelDevice, RerankerEntry } from '../../core/modelCatalogue.ts';
import type { DeviceChoice } from '../devices.ts';
import { type ModelConfig, readConfig } from '../modelConfig.ts';
import { type ModelSession, openSession } from '../session.ts';
import { type Encoded, loadTokenizer, type Tokenizer } from '../tokenizer.ts';
import { crossEncoderScores } from './crossEncoder.ts';
import { checkProbes, type Pair, type PairReader, PROBES } from './pairReader.ts';
import { answerIds, encodePrompt, frameTokens, keepsLastOnly, yesNoScores } from './yesNo.ts';

/** Tokens of a question and a document: on a CPU each one costs, and the beginning of a definition says most. */
const PAIR_TOKENS = { cpu: 256, gpu: 1024 } as const;
/** On a CPU a batch only adds padding, and with eight-bit weights a pair's score would depend on its neighbours. */
const ONE = { pairs: 1, tokens: Number.POSITIVE_INFINITY } as const;
const BATCH = { pairs: 32, tokens: 16_384 } as const;
/** A language model puts out its whole vocabulary for every token: 150,000 numbers each. */
const YES_NO_BATCH = { pairs: 8, tokens: 1024 } as const;

export interface OpenReranker {
  readonly entry: RerankerEntry;
  /** Absolute path of the model's folder. */
  readonly folder: string;
  /** Ways to load it, best first. */
  readonly choices: readonly DeviceChoice[];
  /** Threads on a CPU. */
  readonly threads: number;
}

/** More than fills the room, even with deep indentation: to split a long document into tokens may cost more than to read its beginning. */
const CHARACTERS_A_TOKEN = 8;

function cut(pair: Pair, room: number): Pair {
  const most = room * CHARACTERS_A_TOKEN;
  return { ...pair, question: pair.question.slice(0, most), document: pair.document.slice(0, most) };
}

/** What the two kinds of models have between them and a session. */
interface Form {
  /** `room` is for question and document. */
  encode(pair: Pair, room: number): Encoded;
  score(session: ModelSession, rows: readonly Encoded[]): Promise<readonly number[]>;
  batch(session: ModelSession): PairReader['batch'];
}

/** Loads a reranker on the first device that reads the probes. Throws a sentence for people. */
export async function openPairReader({ entry, folder, choices, threads }: OpenReranker): Promise<PairReader> {
  const tokenizer = await loadTokenizer(folder);
  const config = await readConfig(folder);
  const form = entry.kind === 'yes-no' ? yesNoForm(entry, tokenizer, config) : crossEncoderForm(entry, tokenizer, config);
  const room = (device: ModelDevice) => PAIR_TOKENS[device === 'cpu' ? 'cpu' : 'gpu'];
  const prove = async (session: ModelSession): Promise<void> => {
    const scores: number[] = [];
    for (const probe of PROBES) scores.push(...(await form.score(session, [form.encode(probe, room(session.device))])));
    checkProbes(scores);
  };
  const session = await openSession({ folder, choices, threads, prove });
  return {
    device: session.device,
    dtype: session.dtype,
    reason: session.reason,
    batch: session.device === 'cpu' ? ONE : form.batch(session),
    encode: (pair) => form.encode(cut(pair, room(session.device)), room(session.device)),
    score: (rows) => form.score(session, rows),
    dispose: () => session.dispose(),
  };
}

function crossEncoderForm({ maxTokens }: RerankerEntry, tokenizer: Tokenizer, { positions, labels }: ModelConfig): Form {
  return {
    encode: ({ question, document }, room) => tokenizer.encodePair(question, document, Math.min(room, maxTokens ?? room, positions)),
    score: (session, rows) => crossEncoderScores(session, tokenizer, rows, labels),
    batch: () => BATCH,
  };
}

function yesNoForm({ id, prompt, maxTokens }: RerankerEntry, tokenizer: Tokenizer, { positions }: ModelConfig): Form {
  if (prompt === undefined) throw new Error(`${id} has no prompt in the catalogue`);
  const answers = answerIds(prompt, tokenizer);
  const frame = frameTokens(prompt, tokenizer);
  return {
    encode: (pair, room) => encodePrompt(prompt, tokenizer, pair, Math.min(frame + room, maxTokens ?? positions, positions)),
    score: (session, rows) => yesNoScores(session, tokenizer, rows, answers),
    batch: (session) => (keepsLastOnly(session) ? ONE : YES_NO_BATCH),
  };
}
