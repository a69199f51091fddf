import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Tokens of one text or of one pair, without padding. */
export interface Encoded {
  readonly ids: readonly number[];
  /** Which of two texts a token belongs to: 0 or 1; as long as `ids`. */
  readonly typeIds: readonly number[];
}

export interface Tokenizer {
  /** Stands after the end of the shorter rows of a batch. */
  readonly padId: number;
  /** A text with the model's special tokens around it, `maxTokens` at most in all: the end of the text is cut, never a special token. */
  encode(text: string, maxTokens: number): Encoded;
  /** As above for a pair: the longer text is cut down to the length of the other one, then both alike. */
  encodePair(first: string, second: string, maxTokens: number): Encoded;
  /** Tokens of the text alone, without special tokens around it. Special tokens that are written out in it are read as such. */
  tokensOf(text: string): readonly number[];
  /** Undefined for a token that the vocabulary does not have. */
  idOf(token: string): number | undefined;
}

type Encode = (text: string, pair: string | null, special: boolean) => Encoded;

/** Loads the tokenizer of a folder with `tokenizer.json` and `tokenizer_config.json`. Throws when there is none. */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const { AutoTokenizer, env } = await import('@huggingface/transformers');
  // Whatever this library could fetch it must not: models come through one door, after a yes.
  env.allowRemoteModels = false;
  env.useFSCache = false;
  env.fetch = () => Promise.reject(new Error('this library may not use the network'));
  // The library takes a missing file for one to download.
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) JSON.parse(await readFile(join(folder, name), 'utf8'));
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const encode: Encode = (text, pair, special) => {
    const options = { text_pair: pair, add_special_tokens: special, return_tensor: false, return_token_type_ids: true } as const;
    const { input_ids: ids, token_type_ids: typeIds } = tokenizer(text, options);
    return { ids, typeIds: typeIds ?? ids.map(() => 0) };
  };
  const tokensOf = (text: string): readonly number[] => encode(text, null, false).ids;
  const single = frameOf(encode, null);
  const pair = frameOf(encode, 'b');
  return {
    padId: tokenizer.pad_token_id ?? 0,
    tokensOf,
    idOf: (token) => tokenizer._tokenizer.token_to_id(token),
    encode: (text, maxTokens) => {
      const room = maxTokens - single.length;
      return single.around(tokensOf(text).slice(0, Math.max(0, room)), []);
    },
    encodePair: (first, second, maxTokens) => {
      const room = Math.max(0, maxTokens - pair.length);
      const b = tokensOf(second);
      const a = tokensOf(first).slice(0, Math.max(Math.ceil(room / 2), room - b.length));
      return pair.around(a, b.slice(0, room - a.length));
    },
  };
}

/** The special tokens that a model wants around texts. */
interface Frame {
  /** Number of special tokens. */
  readonly length: number;
  around(first: readonly number[], second: readonly number[]): Encoded;
}

/**
 * Learns the frame from a probe. The library cuts a long text after the special tokens are in place and loses the last of them,
 * with which models were trained; so texts are cut first and framed here.
 */
function frameOf(encode: Encode, second: 'b' | null): Frame {
  const framed = encode('a', second, true);
  const a = encode('a', null, false).ids;
  const b = second === null ? [] : encode(second, null, false).ids;
  const { ids, typeIds } = framed;
  const startA = Math.max(0, positionOf(a, ids, 0));
  const endA = startA + a.length;
  const startB = second === null ? endA : Math.max(endA, positionOf(b, ids, endA));
  const endB = startB + b.length;
  const types = (tokens: readonly number[], type: number | undefined): readonly number[] => tokens.map(() => type ?? 0);
  return {
    length: ids.length - a.length - b.length,
    around: (first, rest) => ({
      ids: [...ids.slice(0, startA), ...first, ...ids.slice(endA, startB), ...rest, ...ids.slice(endB)],
      typeIds: [
        ...typeIds.slice(0, startA),
        ...types(first, typeIds[startA]),
        ...typeIds.slice(endA, startB),
        ...types(rest, typeIds[startB]),
        ...typeIds.slice(endB),
      ],
    }),
  };
}

function positionOf(part: readonly number[], whole: readonly number[], from: number): number {
  for (let at = from; at + part.length <= whole.length; at++) if (part.every((id, i) => whole[at + i] === id)) return at;
  return -1;
}
