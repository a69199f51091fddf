import type { PromptTemplate } from '../modelCatalogue.ts';

export type InstructionKind = keyof PromptTemplate['instructions'];

/** Longer questions are cut: a pasted file would leave no room for the document. */
const QUESTION_CHARACTERS = 2000;
const INSTRUCTION_CHARACTERS = 500;

/** The text of the instruction: that of a kind of search, or the person's own words. */
export function instructionText(template: PromptTemplate, wanted: string): string {
  const { instructions } = template;
  const kind = Object.keys(instructions).find((known): known is InstructionKind => known === wanted);
  return kind === undefined ? wanted : instructions[kind];
}

/**
 * The prompt in two parts: up to the end of the document, and what must follow it. Tokens are cut from the end of the first part, and the
 * second one is always there in full: its last token is the one whose logits are read.
 */
export function promptParts(
  template: PromptTemplate,
  filled: { readonly instruction: string; readonly question: string; readonly document: string },
): { readonly head: string; readonly tail: string } {
  const [before = '', tail = ''] = template.text.split('{document}');
  const head = before
    .replace('{instruction}', () => harmless(filled.instruction.slice(0, INSTRUCTION_CHARACTERS)))
    .replace('{query}', () => harmless(filled.question.slice(0, QUESTION_CHARACTERS)));
  return { head: head + harmless(filled.document), tail };
}

/** A file that holds the marks of a chat must not end the document and speak for the model. */
function harmless(text: string): string {
  return text.replaceAll('<|', '< |');
}
