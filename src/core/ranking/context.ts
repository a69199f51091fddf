import { identifierParts, isStopWord, questionTokens, stem, wordsOf } from '../identifiers.ts';
import { analyseQuestion, type QuestionAnalysis } from '../query/analyse.ts';
import { withoutLanguageNames } from '../query/languageNames.ts';
import type { PATH_FACTORS, RankingConstants } from './constants.ts';
import { createKnownNames, type KnownNames, type PathFacts } from './knownNames.ts';
import { countTerms, type TermTable, termTable, termWeights } from './terms.ts';
import type { Candidate, FileCandidate, RankInput } from './types.ts';

export type PathFactors = { readonly [Key in keyof typeof PATH_FACTORS]: number };

/** What every stage reads: the input, indexed once. Candidates and files are known by their position. */
export interface RankContext {
  readonly input: RankInput;
  readonly names: KnownNames;
  readonly constants: RankingConstants;
  readonly pathFactors: PathFactors;
  readonly question: QuestionAnalysis;
  /** Stems of the question's words of more than two letters, without stop words. */
  readonly stems: ReadonlySet<string>;
  readonly candidates: readonly Candidate[];
  readonly paths: readonly string[];
  /** What the path of each file tells. */
  readonly pathFacts: readonly PathFacts[];
  /** Language of each file. */
  readonly languages: readonly string[];
  readonly files: readonly (FileCandidate | null)[];
  /** File of each candidate. */
  readonly fileOf: Int32Array;
  /** Candidates of each file. */
  readonly candidatesOf: readonly (readonly number[])[];
  readonly terms: TermTable;
  /** How rare each term is. */
  readonly termWeights: Float32Array;
  /** How often each term of the question stands in each candidate: row = candidate, column = term. */
  readonly termCounts: Uint16Array;
  /** Pairs of neighbouring words of the question that stand side by side in each candidate, as bits. */
  readonly neighbours: Int32Array;
  /** Tokens of each candidate. */
  readonly lengths: Int32Array;
}

function questionStems(question: string): Set<string> {
  const parts = wordsOf(question).flatMap(identifierParts);
  return new Set(
    parts
      .filter((part) => !isStopWord(part))
      .map(stem)
      .filter((part) => part.length > 2),
  );
}

/** The question without the name of the language that most candidates are written in. */
function plainQuestion({ question, candidates, without }: RankInput): string {
  if (without.has('language-names')) return question;
  const counts = new Map<string, number>();
  for (const { language } of candidates) counts.set(language, (counts.get(language) ?? 0) + 1);
  return withoutLanguageNames(question, (language) => (counts.get(language) ?? 0) > candidates.length / 2);
}

export function createContext(input: RankInput, constants: RankingConstants, pathFactors: PathFactors): RankContext {
  const { candidates, names = createKnownNames() } = input;
  const plain = plainQuestion(input);
  const positions = new Map<string, number>();
  const paths: string[] = [];
  const languages: string[] = [];
  const candidatesOf: number[][] = [];
  const fileOf = new Int32Array(candidates.length);
  candidates.forEach((candidate, index) => {
    let file = positions.get(candidate.path);
    if (file === undefined) {
      file = paths.length;
      positions.set(candidate.path, file);
      paths.push(candidate.path);
      languages.push(candidate.language);
      candidatesOf.push([]);
    }
    fileOf[index] = file;
    candidatesOf[file]?.push(index);
  });
  const files = new Array<FileCandidate | null>(paths.length).fill(null);
  for (const file of input.files) {
    const position = positions.get(file.path);
    if (position !== undefined) files[position] = file;
  }
  const terms = termTable(questionTokens(plain));
  const termCounts = new Uint16Array(candidates.length * terms.words.length);
  const lengths = new Int32Array(candidates.length);
  const neighbours = new Int32Array(candidates.length);
  candidates.forEach((candidate, index) => {
    const counted = countTerms(candidate.tokens, terms, termCounts, index * terms.words.length);
    lengths[index] = counted.length;
    neighbours[index] = counted.neighbours;
  });
  return {
    input,
    names,
    constants,
    pathFactors,
    question: analyseQuestion(plain),
    stems: questionStems(plain),
    candidates,
    paths,
    pathFacts: paths.map((path, file) => names.factsOf(path, languages[file] ?? '')),
    languages,
    files,
    fileOf,
    candidatesOf,
    terms,
    termWeights: termWeights(terms.words, input.statistics),
    termCounts,
    neighbours,
    lengths,
  };
}
