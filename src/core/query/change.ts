/** Verbs in the imperative or past that commit subjects and issue titles begin with. */
const CHANGE_FIRST = new Set(
  (
    'add added adds adding fix fixed fixes remove removed removes use using make allow allows support supports avoid change changed ' +
    'improve improved ensure move rename replace refactor handle correct prevent drop revert deprecate skip disable enable introduce ' +
    'restore simplify optimize optimise stop respect keep ignore warn bump reduce rework update do expose preserve pass include exclude ' +
    'export inject strip align tweak narrow emit omit unify apply adjust clarify migrate split cleanup run try only also always never'
  ).split(' '),
);
const CHANGE_ANYWHERE =
  /\b(should|shouldn't|don't|dont|doesn't|isn't|can't|cannot|not|instead of|no longer|incorrect(ly)?|wrong(ly)?|fail(s|ed|ing|ure)?|broken|regression|crash(es|ed)?|bug|missing|typo|unnecessary|unused|deprecated|workaround|compat(ibility)?|edge case|properly|correctly|again)\b/i;
const ASKS = /^(how|what|where|which|who|why|when|is|are|does|do|can)\b/i;

/**
 * True for the words of a commit subject or an issue title: what should become different, not what the code does. Such questions name
 * things of the code more than they describe them, so words deserve more weight than meaning.
 */
export function isChange(question: string): boolean {
  if (ASKS.test(question) && !/^do not\b/i.test(question)) return false;
  if (question.endsWith('?')) return false;
  const first = /^[\p{L}']+/u.exec(question)?.[0].toLowerCase() ?? '';
  return CHANGE_FIRST.has(first) || CHANGE_ANYWHERE.test(question);
}
