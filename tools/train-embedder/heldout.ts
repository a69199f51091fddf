/**
 * Measures models on held-out packages: the mean reciprocal rank of the right function among 1,000 of its language, asked by its doc
 * comment; with the function's own name in its code, with that identifier removed, and with every word of the name removed.
 *
 * A fourth variant is what the product indexes: path and symbol beside the code, repeated as in `src/core/documents.ts`.
 *
 *   node heldout.ts PAIRS.jsonl MODEL... [--weight .5,.65]
 */
import { readFileSync } from 'node:fs';
import { searchTokens } from '../../src/core/identifiers.ts';
import { forEachSubtoken } from '../../src/core/subtokens.ts';
import { loadStaticEmbedder, type StaticEmbedder } from '../../src/models/staticEmbedder.ts';
import { bootstrap, Keyword, mean, normalisedDense, normalisedKeyword } from './retrieval.ts';

interface Pair {
  readonly l: string;
  readonly n: string;
  readonly d: string;
  readonly c: string;
  readonly f: string;
}

const parameters = process.argv.slice(2);
const at = parameters.indexOf('--weight');
const weights = at < 0 ? [0.5] : (parameters[at + 1] ?? '').split(',').map(Number);
const [input, ...modelFiles] = at < 0 ? parameters : parameters.filter((_, index) => index !== at && index !== at + 1);
if (input === undefined) throw new Error('Usage: node heldout.ts PAIRS.jsonl MODEL... [--weight .5,.65]');

function subtokens(text: string): string[] {
  const tokens: string[] = [];
  forEachSubtoken(text, 1000, (token) => tokens.push(token));
  return tokens;
}

/** The words of a text without those of a name. Joined forms such as `utf8` come back when the rest is split again. */
function withoutName(text: string, name: string): string {
  const named = new Set(subtokens(name));
  return subtokens(text)
    .filter((token) => !named.has(token) && !/^\D+\d+$/.test(token))
    .join(' ');
}

function reciprocalRank(scores: Float64Array, right: number): number {
  const own = scores[right] as number;
  // What scores the same stands before the right one: no method gains from ties.
  return 1 / scores.reduce((rank, score, index) => rank + (index !== right && score >= own ? 1 : 0), 1);
}

const byLanguage = new Map<string, Pair[]>();
for (const line of readFileSync(input, 'utf8').split('\n')) {
  if (line === '') continue;
  const pair = JSON.parse(line) as Pair;
  byLanguage.set(pair.l, [...(byLanguage.get(pair.l) ?? []), pair]);
}

if (byLanguage.size === 0) {
  console.log('No language has a thousand held-out pairs: nothing to measure.');
  process.exit(0);
}

const models: [string, StaticEmbedder][] = modelFiles.map((file) => [
  file.split('/').at(-1) ?? file,
  loadStaticEmbedder(readFileSync(file)),
]);
/** The code without the identifier, wherever it stands as a whole. */
function withoutIdentifier(code: string, name: string): string {
  if (!/^[\w$]+$/.test(name)) return code.replaceAll(name, ' ');
  return code.replace(new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g'), ' ');
}

/** The text that is embedded, and the text that keyword search sees when it is another. */
const VARIANTS: Record<string, readonly [(pair: Pair) => string, ((pair: Pair) => string)?]> = {
  'names kept': [(pair) => pair.c],
  'names removed': [(pair) => withoutIdentifier(pair.c, pair.n)],
  'every word of the name removed': [(pair) => withoutName(pair.c, pair.n)],
  'as the product indexes': [
    (pair) => `${pair.f} ${`${pair.n} `.repeat(3)}\n${pair.c}`,
    (pair) => `${`${pair.f} ${pair.n} `.repeat(5)}\n${pair.c}`,
  ],
};

const only = process.env.VARIANT;
for (const [variant, [codeOf, keywordTextOf = codeOf]] of Object.entries(VARIANTS)) {
  if (only !== undefined && variant !== only) continue;
  const values = new Map<string, Map<string, number[]>>();
  for (const [language, pairs] of byLanguage) {
    const codes = pairs.map(codeOf);
    const index = new Keyword(pairs.map((pair) => searchTokens(keywordTextOf(pair))));
    const keyword = pairs.map((pair) => normalisedKeyword(index.scores(searchTokens(pair.d))));
    const record = (way: string, scoresOf: (row: number) => Float64Array) => {
      const ranks = pairs.map((_, row) => reciprocalRank(scoresOf(row), row));
      values.set(way, (values.get(way) ?? new Map<string, number[]>()).set(language, ranks));
    };
    record('keyword', (row) => keyword[row] as Float64Array);
    for (const [name, model] of models) {
      const vectors = codes.map((code) => model.embed(code));
      const dense = pairs.map((pair) => normalisedDense(model.embed(pair.d), vectors));
      record(name, (row) => dense[row] as Float64Array);
      for (const weight of weights)
        record(`${name} fused ${weight}`, (row) =>
          (keyword[row] as Float64Array).map(
            (score, column) => (1 - weight) * score + weight * ((dense[row] as Float64Array)[column] as number),
          ),
        );
    }
  }
  console.log(variant);
  const base = [...(values.get('keyword') as Map<string, number[]>).values()].flat();
  for (const [way, languages] of values) {
    const all = [...languages.values()].flat();
    const { low, high } = bootstrap(all, base, 1000);
    const cells = [...languages].map(([language, ranks]) => `${language} ${mean(ranks).toFixed(3)}`);
    console.log(`${way.padEnd(30)} ${mean(all).toFixed(4)} (${low.toFixed(3)} to ${high.toFixed(3)} over keyword)  ${cells.join(' ')}`);
  }
}
