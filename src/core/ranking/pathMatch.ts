import { stem } from '../identifiers.ts';
import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { shareOfFile } from './fileSignals.ts';

/** Whether a word of a path stands in the question: 1 as it is, less in a longer or shorter form, 0 not at all. */
function wordMatcher(context: RankContext): (word: string) => number {
  const { partialWord, partialWordLetters: letters } = context.constants;
  const long = [...context.stems].filter((word) => word.length >= letters);
  const known = new Map<string, number>();
  return (word) => {
    let match = known.get(word);
    if (match === undefined) {
      match = context.stems.has(word) ? 1 : 0;
      if (match === 0 && word.length >= letters && long.some((asked) => asked.startsWith(word) || word.startsWith(asked)))
        match = partialWord;
      known.set(word, match);
    }
    return match;
  };
}

/** The question's words, and each two neighbours joined, as a file name may write them (`form data` is `formdata`). */
function joinedWords(context: RankContext): Set<string> {
  const words = context.question.words.map((word) => word.toLowerCase());
  const joined = new Set(words.map(stem));
  for (let index = 0; index + 1 < words.length; index += 1) joined.add(`${words[index]}${words[index + 1]}`);
  return joined;
}

/** Files whose name (and folder) the question names. Rare words of names count more. */
export function matchPaths(context: RankContext, board: Board): void {
  const { constants, stems } = context;
  const { statistics } = context.input;
  const matches = wordMatcher(context);
  const joined = joinedWords(context);
  const rarity = (word: string) =>
    Math.log(1 + statistics.files / Math.max(1, statistics.pathFrequency(word))) / Math.log(1 + Math.max(1, statistics.files));
  const names = new Float32Array(context.paths.length);
  const questions = new Float32Array(context.paths.length);
  context.pathFacts.forEach(({ words: path }, file) => {
    let weight = 0;
    let matched = 0;
    let hits = 0;
    for (const word of path.stem) {
      const [rare, match] = [rarity(word), matches(word)];
      weight += rare;
      matched += rare * match;
      hits += match;
    }
    let share = weight > 0 ? matched / weight : 0;
    if (share < 1 && path.joined.length > 3 && joined.has(path.joined)) {
      share = 1;
      hits = Math.max(hits, 1.5);
    }
    let folderHits = 0;
    for (const word of path.folder) folderHits += matches(word);
    names[file] = constants.fileName * shareOfFile(context) * share;
    questions[file] = constants.pathQuestion * Math.min(1, (hits + constants.folderShare * folderHits) / Math.max(1, stems.size));
  });
  contribute(board, { signal: 'file-name', effect: 'score', of: 'file', values: names, detail: () => 'the question names the file' });
  const detail = () => 'file and folder name hold words of the question';
  contribute(board, { signal: 'path-match', effect: 'score', of: 'file', values: questions, detail });
}
