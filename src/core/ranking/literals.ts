import { wordsOf } from '../identifiers.ts';
import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';

/** Words in a row that are no chance any more: in pasted text, and in a sentence, whose words may also make up a name. */
const FEWEST_IN_A_ROW = { pasted: 3, sentence: 4 } as const;
/** Candidates that are read word by word: those that share most pairs of neighbouring words with the question. */
const LOOKED_AT = 24;
/** Words of the question that are compared; nobody needs more of a pasted text to find it. */
const MOST_WORDS = 64;

function pairsOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** How many of the question's words stand in the text in rows of at least `fewest`, in the same order with nothing but signs between. */
function wordsInRows(places: ReadonlyMap<string, readonly number[]>, asked: number, fewest: number, text: string): number {
  const covered = new Uint8Array(asked);
  let before = new Map<number, number>();
  for (const word of wordsOf(text.toLowerCase())) {
    const found = places.get(word);
    if (found === undefined) {
      if (before.size > 0) before = new Map();
      continue;
    }
    const rows = new Map<number, number>();
    for (const place of found) {
      const length = (before.get(place - 1) ?? 0) + 1;
      rows.set(place, length);
      if (length === fewest) covered.fill(1, place - length + 1, place + 1);
      else if (length > fewest) covered[place] = 1;
    }
    before = rows;
  }
  return covered.reduce((sum, one) => sum + one, 0);
}

/**
 * Lifts what holds the question itself, letter for letter but for signs and spaces: the text of an error, a line of code. Values in the
 * text (`expected 5` for `expected ${count}`) only break a row of words in two. Pasted text counts more than a sentence, and the square
 * makes little of three words in a row out of ten.
 */
export function matchLiterals(context: RankContext, board: Board): void {
  const { candidates, constants, neighbours, question } = context;
  const values = new Float32Array(candidates.length);
  const words = wordsOf(question.text.toLowerCase()).slice(0, MOST_WORDS);
  const places = new Map<string, number[]>();
  words.forEach((word, place) => {
    const list = places.get(word);
    if (list === undefined) places.set(word, [place]);
    else list.push(place);
  });
  const isPasted = question.kind === 'code' || question.kind === 'error-message';
  const weight = isPasted ? constants.pastedLiteral : constants.literal;
  const fewest = FEWEST_IN_A_ROW[isPasted ? 'pasted' : 'sentence'];
  const near = [...neighbours.keys()].filter((index) => (neighbours[index] as number) !== 0);
  near.sort((one, other) => pairsOf(neighbours[other] as number) - pairsOf(neighbours[one] as number));
  for (const index of near.slice(0, LOOKED_AT)) {
    values[index] = weight * (wordsInRows(places, words.length, fewest, candidates[index]?.text ?? '') / words.length) ** 2;
  }
  const percent = (index: number) => Math.round(Math.sqrt((values[index] as number) / weight) * 100);
  contribute(board, {
    signal: 'literal',
    effect: 'score',
    of: 'chunk',
    values,
    detail: (index) => `holds ${percent(index)} % of the question word for word`,
  });
}
