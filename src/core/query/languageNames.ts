/** Words that mean nothing but a programming language. `go`, `c` or `r` are too often something else. */
const LANGUAGE_NAMES: Readonly<Record<string, readonly string[]>> = {
  python: ['python'],
  javascript: ['javascript', 'javascriptreact', 'typescript', 'typescriptreact'],
  typescript: ['typescript', 'typescriptreact'],
  java: ['java'],
  golang: ['go'],
  rust: ['rust'],
  ruby: ['ruby'],
  php: ['php'],
  swift: ['swift'],
  kotlin: ['kotlin'],
  scala: ['scala'],
  elixir: ['elixir'],
  haskell: ['haskell'],
};

const NAME = new RegExp(`\\b(?:${Object.keys(LANGUAGE_NAMES).join('|')})\\b`, 'gi');
const FEWEST_WORDS = 3;

/**
 * A question without the name of the language that the code is written in anyway: in a Python project `python` in "sort a list in
 * python" is the rarest word of the question and says least. Short questions stay as they are: they may be about the language.
 * `isUsual` tells which languages are usual here.
 */
export function withoutLanguageNames(question: string, isUsual: (languageId: string) => boolean): string {
  if (question.trim().split(/\s+/).length < FEWEST_WORDS) return question;
  const rest = question.replace(NAME, (name) => (LANGUAGE_NAMES[name.toLowerCase()]?.some(isUsual) ? ' ' : name));
  return rest.trim() === '' ? question : rest;
}
