/**
 * Writes what the tests compare with: node make_golden.ts MODEL TOKENS.json VECTORS.json
 *
 * Run it only after a new model or an intended change of the tokenizer.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { forEachSubtoken } from '../../src/core/subtokens.ts';
import { loadStaticEmbedder } from '../../src/models/staticEmbedder.ts';
import { vectorChecksum } from './vectorChecksum.ts';

const [modelFile, tokensFile, vectorsFile] = process.argv.slice(2);
if (modelFile === undefined || tokensFile === undefined || vectorsFile === undefined)
  throw new Error('Usage: node make_golden.ts MODEL TOKENS VECTORS');

const TOKEN_TEXTS = [
  '',
  'parse_HTTPRequest2',
  'HTTPServer URLs IDs APIs XMLHttpRequest',
  'utf8 sha256sum x86_64 vec3d int64_t',
  'year 2024, port 65535, build 123456',
  '__init__ _private trailing_ a__b ___',
  "it's 10.5% of naïve café Größe привет 世界 漢字テスト",
  'aVeryLongIdentifierThatStillFitsIntoTheSixtyFourCharactersOfARun_xyz and more',
  `${'0123456789abcdef'.repeat(5)} after a hash`,
  'def get_user_by_id(self, userID: int) -> Optional[User]:\n    return self.db.query(User).filter(User.id == userID).first()',
  'const retryUpload = async ({ maxRetries = 3, backoffMs = 250 }: RetryOptions): Promise<void> => {};',
  'İstanbul K Ⅷ ß STRASSE ǅ 😀emoji😀',
];

const VECTOR_TEXTS = [
  'how do I read a file line by line in python',
  'Returns the number of elements in the list.',
  'func (s *Server) handleRequest(w http.ResponseWriter, r *http.Request) {\n\tif err := s.authenticate(r); err != nil {\n\t\thttp.Error(w, err.Error(), 401)\n\t}\n}',
  'pub fn parse_header(input: &[u8]) -> Result<Header, ParseError> { let mut reader = Reader::new(input); reader.read_u32() }',
  // Longer than the opening that counts more, so that the weights of late words are checked too.
  Array.from({ length: 40 }, (_, line) => `const total${line} = await readBlock(file, offset + ${line * 512}, buffer, checksum);`).join(
    '\n',
  ),
  'qzxv fluxcapacitorization_of_TheUnknownIdentifiers retry upload retry upload retry',
];

const tokens = TOKEN_TEXTS.map((text) => {
  const found: string[] = [];
  forEachSubtoken(text, 1000, (token) => found.push(token));
  return { text, tokens: found };
});
writeFileSync(tokensFile, `${JSON.stringify(tokens, null, 1)}\n`);

const model = loadStaticEmbedder(readFileSync(modelFile));
const vectors = VECTOR_TEXTS.map((text) => {
  const vector = model.embed(text);
  return { text, first: [...vector.subarray(0, 8)], checksum: vectorChecksum(vector) };
});
writeFileSync(vectorsFile, `${JSON.stringify({ id: model.id, dimension: model.dimension, vectors }, null, 1)}\n`);
