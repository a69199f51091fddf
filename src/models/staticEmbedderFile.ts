/** The parts of a model file, unpacked for summing. */
export interface EmbedderFile {
  readonly id: string;
  readonly dimension: number;
  readonly words: number;
  /** One row of `dimension` signed 4-bit numbers a word or pair; two lie in each byte, the first in the low half. */
  readonly packedRows: Uint8Array;
  /** What to multiply each row by. */
  readonly scales: Float32Array;
  readonly rowOf: ReadonlyMap<string, number>;
}

interface Header {
  readonly id: string;
  readonly version: number;
  readonly dimension: number;
  readonly bits: number;
  readonly words: number;
  readonly wordBytes: number;
  readonly checksum: number;
}

const MAGIC = 'QSE1';
const VERSION = 1;
const LONGEST_HEADER = 65_536;

function damaged(what: string): Error {
  return new Error(`The bundled embedder's file is damaged: ${what}. Reinstall the extension to get it back.`);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

function parseHeader(json: string): Header {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw damaged('its header is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw damaged('its header is not an object');
  const { id, version, dimension, bits, words, wordBytes, checksum } = value as Record<string, unknown>;
  if (typeof id !== 'string' || id === '') throw damaged('its header names no id');
  if (!isCount(version)) throw damaged('its header names no version');
  if (version !== VERSION) throw new Error(`The bundled embedder's file has format version ${version}; this version reads ${VERSION}.`);
  if (!isCount(dimension) || dimension % 4 !== 0) throw damaged('its dimension is not a multiple of four');
  if (bits !== 4) throw damaged('its rows have not 4 bits');
  if (!isCount(words) || !isCount(wordBytes)) throw damaged('its header names no vocabulary');
  if (typeof checksum !== 'number') throw damaged('its header names no checksum');
  return { id, version, dimension, bits, words, wordBytes, checksum };
}

/** FNV-1a over 32-bit words: a few milliseconds for the whole file, and enough against a cut or a flipped byte. */
function checksumOf(body: Uint8Array): number {
  const words = new Uint32Array(body.buffer, body.byteOffset, body.length >> 2);
  let hash = 0x811c9dc5;
  for (let index = 0; index < words.length; index += 1) hash = Math.imul(hash ^ (words[index] as number), 0x01000193);
  return hash >>> 0;
}

function headerOf(bytes: Uint8Array): { readonly header: Header; readonly headerLength: number } {
  const text = new TextDecoder();
  if (bytes.length < 8 || text.decode(bytes.subarray(0, 4)) !== MAGIC) throw damaged('it does not begin with the right mark');
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (headerLength > LONGEST_HEADER || 8 + headerLength > bytes.length) throw damaged('its header is cut off');
  return { header: parseHeader(text.decode(bytes.subarray(8, 8 + headerLength))), headerLength };
}

/** The words of a model file that stood most often in what it was trained on, at most `most`, commonest first. The beginning of the file will do. */
export function commonWords(bytes: Uint8Array, most: number): readonly string[] {
  const { header, headerLength } = headerOf(bytes);
  const words = new TextDecoder().decode(bytes.subarray(8 + headerLength, 8 + headerLength + header.wordBytes)).split('\n');
  return words.slice(0, Math.min(most, words.length - 1));
}

/**
 * Reads a model file: `QSE1`, the header's length as 32 bits, the header as JSON, then the body of words (joined with line
 * feeds, filled up to a multiple of four bytes), one 32-bit float a word to multiply its row by, and the rows. Pairs of words, with a
 * space between them, stand behind all words. Numbers are little-endian, as on every platform that the product runs on.
 */
export function readEmbedderFile(bytes: Uint8Array): EmbedderFile {
  const text = new TextDecoder();
  const { header, headerLength } = headerOf(bytes);
  const wordArea = (header.wordBytes + 3) & ~3;
  const rowBytes = (header.words * header.dimension * header.bits) / 8;
  const expected = 8 + headerLength + wordArea + header.words * 4 + rowBytes;
  if (bytes.length !== expected) throw damaged(`it has ${bytes.length} bytes where ${expected} belong`);
  const unaligned = bytes.subarray(8 + headerLength);
  // 32-bit views accept only such addresses; the file is made so that nothing has to be copied when it lies in a buffer of its own.
  const body = unaligned.byteOffset % 4 === 0 ? unaligned : new Uint8Array(unaligned);
  if (checksumOf(body) !== header.checksum) throw damaged('its checksum does not match');

  const rowOf = new Map<string, number>();
  for (const word of text.decode(body.subarray(0, header.wordBytes)).split('\n')) rowOf.set(word, rowOf.size);
  if (rowOf.size !== header.words) throw damaged(`it has ${rowOf.size} words where ${header.words} belong`);
  const scales = new Float32Array(body.buffer, body.byteOffset + wordArea, header.words);
  const packedRows = body.subarray(wordArea + header.words * 4);
  return { id: header.id, dimension: header.dimension, words: header.words, packedRows, scales, rowOf };
}
