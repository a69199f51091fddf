/** Longest doc text kept, in characters: more is a manual, not a summary. */
const MAX_DOC = 4000;

/** Tags of C#'s doc comments, which are no words. */
const XML_TAGS = /<\/?(summary|remarks|returns|param|para|value|example|exception|typeparam|inheritdoc)\b[^<>]*>/g;

/** The words of comment lines, without their markers. */
export function docOfComment(comment: readonly string[]): string {
  const words = comment.map((line) =>
    line
      .replace(/^\s*(\/\/+[!/]?|\/\*+!?|\*+\/|\*+(?=\s|$)|#+['|!]?(?=\s|$|[^[])|--+\s?\|?|;+|%+|\(\*+|\{-\|?|"""|<!--)\s?/, '')
      .replace(/\s*(\*+\/|\*+\)|-\}|-->|""")\s*$/, '')
      .replace(XML_TAGS, '')
      .trimEnd(),
  );
  return tidyDoc(words.join('\n'));
}

/** A doc text without common indentation and blank edges, and not longer than is useful. */
export function tidyDoc(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const tidy = lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return tidy.length > MAX_DOC ? tidy.slice(0, MAX_DOC) : tidy;
}

/** Several doc texts as one; empty ones leave no trace. */
export function joinDocs(...docs: readonly string[]): string {
  return docs.filter((doc) => doc !== '').join('\n');
}
