/** FNV-1a over the bits of a vector: two vectors with one checksum are the same to the last bit. */
export function vectorChecksum(vector: Float32Array): string {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let hash = 0x811c9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
