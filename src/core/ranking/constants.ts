/**
 * Every number of the ranking. What a stage is worth (NDCG@10 lost in thousandths when it is left out) stands in
 * `test/bench/RESULTS.md`, which `tools/ranking-lab` writes; the remarks here say what a number means.
 */
export const RANKING = {
  /** BM25's two parameters. The store has 1.2 and .75 fixed; a shorter arm for length suits fields that are repeated. */
  bm25: { k1: 1.2, b: 0.5 },
  /** The sum that an embedder's keyword and dense weight are brought to, so that the other weights hold for every embedder. */
  fusionTotal: 1.5,
  /** Rank offset of reciprocal rank fusion. */
  rrfOffset: 60,
  /** Share of the symbol's words that stand in the question. */
  symbolMatch: 0.45,
  /** Share of the question's neighbouring words that are neighbours in the chunk too. At .6 it costs .01 on questions about files. */
  wordPairs: 0.2,
  /** All words of the question stand in the chunk, and this share of its neighbouring words are neighbours there too. */
  allWords: 0.2,
  allWordsPairs: 0.75,
  /** Square of the share of the question that stands in the chunk word for word, when it is a pasted text or piece of code, and when it is a sentence. */
  pastedLiteral: 2,
  literal: 0.8,
  /**
   * Share of the question's rare words that stand in the chunk itself, when rows are places. For questions whose answer is a file it
   * costs .009, because the file's own coverage says more there.
   */
  chunkCoverage: 0.2,
  /** Chunks that define nothing. */
  restFactor: 0.9,
  /** And of these, the ones that only import. */
  importList: 0.6,
  /** Interfaces and type aliases, when the question describes behaviour and names nothing. */
  shapeFactor: 0.85,
  /** The chunk defines a name of the question; more when the whole question is that name. */
  definition: 0.5,
  definitionOfWholeQuestion: 2,
  /** What puts the definitions of the name that is the whole question above all else. */
  exactSymbol: 10,
  /** The file is named after a symbol of the question that it defines. */
  namedFile: 0.3,
  namedFileOfWholeQuestion: 0.6,
  /** How well a definition fits: qualified name as asked, the last name as asked, another case of letters. */
  definitionFit: { qualified: 1.2, exact: 1, otherCase: 0.8, otherCaseBesideExact: 0.4, insideSentence: 0.7, reExport: 0.8 },
  /** Functions and values against types; members of a type against what stands alone. */
  definitionKind: { notType: 0.75, member: 0.8 },
  /** BM25 of the file as a whole. */
  fileKeyword: 0.3,
  /** Cosine with the file's mean vector, and with the vector of its skeleton. */
  fileVector: 0.3,
  skeletonVector: 0.2,
  /**
   * How much of what tells the file (the two vectors, its name and its other hits) counts when rows are places: the file may be right and
   * the place wrong.
   */
  fileOfPlace: 0.5,
  /** Share of the question's rare words that stand in the file. */
  coverage: 0.3,
  /** Share of the file name that the question names; share of the question that file name and folder name. */
  fileName: 0.2,
  pathQuestion: 0.3,
  folderShare: 0.5,
  /** A longer or shorter form of the word (`route` and `router`), and how many letters make it one. */
  partialWord: 0.8,
  partialWordLetters: 4,
  /** The whole question is the path of the file: more than all else together. */
  askedPath: 3,
  /** A place of a pasted stack trace, more than anything else, and what each place below it has of that. */
  askedPlace: 10,
  furtherPlace: 0.6,
  /** Files that a person works at, as a tie-breaker among answers that are about as good. */
  nearFile: 0.15,
  /** The file that was committed last; the one before has a little less. Decides only among answers that are as good. */
  recentFile: 0.03,
  /** Several good hits in one file: their scores summed with this decay. */
  coherence: 0.2,
  coherenceDecay: 0.85,
  coherenceHits: 30,
  /** A file that stands for a folder: what the folder's files got on average, the best counting most by this decay. Only when rows are files. */
  hub: 1,
  hubDecay: 0.7,
  hubFiles: 10,
  /** A folder that mirrors the files of a lower layer beside it (`classic` beside `core`). */
  upperLayer: 0.7,
  /** Each further copy of a definition, and the share of common words from which on two of one name are copies. */
  duplicate: 0.5,
  duplicateOverlap: 0.9,
  /** Each further part of a long definition when rows are places. */
  furtherPart: 0.5,
  /** Each further chunk of a file when rows are files. */
  furtherChunk: 0.3,
} as const;

/** How much less tests, examples, vendored and generated code count, by their paths. A question that asks for the thing lifts its factor. */
export const PATH_FACTORS = {
  test: 0.5,
  example: 0.5,
  bench: 0.6,
  vendored: 0.6,
  barrel: 0.6,
  generated: 0.7,
  olderVersion: 0.75,
  compat: 0.8,
  types: 0.8,
  declarations: 0.8,
  header: 0.9,
  platform: 0.7,
  /** Scripts that say how the project is built. */
  build: 0.7,
  /** Markdown and other texts for people, and settings or data. */
  prose: 0.5,
  settings: 0.6,
  /** Folders of tools: `.github`, `.agents`. */
  hidden: 0.6,
} as const;

export type RankingConstants = { readonly [Key in keyof typeof RANKING]: Widened<(typeof RANKING)[Key]> };
export type PathClass = keyof typeof PATH_FACTORS;
type Widened<Value> = Value extends number ? number : { readonly [Key in keyof Value]: number };
