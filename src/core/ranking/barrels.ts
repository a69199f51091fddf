/** Comments and closing brackets, in the ways of the common languages. */
const NOT_CODE = /^(?:\/\/|#(?!\s*include)|--|\*|\/\*|\{-|\(\*|%|;|"""|<\?php|\?>|@moduledoc|[\])}]+[,;]?$|\) where$|end$)/;
/** Lines that bring in what stands elsewhere, pass it on, or go on with such a list. */
const IMPORT_OR_EXPORT = new RegExp(
  [
    /(?:@\w+\s+)?import\b|from\b|__all__|package\s|library\b|part\s+(?:of\s+)?['"]/,
    /export\s+(?:\*|\{|type\s*\{|['"]|[\w, ]+$)|(?:module\.)?exports[\w.]*\s*=\s*require\b/,
    /(?:pub )?use\s|(?:pub )?mod\s|pub usingnamespace\s|(?:global )?using\s|namespace\s|declare\(strict/,
    /require|autoload\b|defdelegate\b|alias\s|#\s*include|include(?:\s+[A-Z]|\()|open\s+[A-Z]|(?:source|\.)\s+["'\w$~./{]/,
    /(?:pub const|const|let|var|local)\s+[\w{}, ]+=\s*(?:require\b|@import\()/,
    // The head of a module in Haskell and OCaml, and what it exports.
    /module\s+[\w.]+\s*(?:\(|where$|$|=\s*[A-Z][\w.]*$)|[(,]\s*(?:module\s+)?[\w.]+(?:\s*\(.*\))?,?$/,
    /["']?\w+["']?,?$/,
  ]
    .map(({ source }) => `^(?:${source})`)
    .join('|'),
);
/** A file is a barrel when more than this share of its lines imports or exports. */
const BARREL_SHARE = 0.7;

/** Whether a file, given by the texts of its chunks, does little but pass on what stands elsewhere. */
export function isBarrel(texts: readonly string[]): boolean {
  let lines = 0;
  let passing = 0;
  for (const text of texts) {
    for (const raw of text.split('\n')) {
      const line = raw.trim();
      if (line === '' || NOT_CODE.test(line)) continue;
      lines += 1;
      if (IMPORT_OR_EXPORT.test(line)) passing += 1;
    }
  }
  return lines > 0 && passing / lines > BARREL_SHARE;
}
