/** What a reranker reads of a row: where it is and what it defines, then the code, of which a model takes the beginning. */
export function rerankDocument(row: { readonly path: string; readonly symbol: string; readonly text: string }): string {
  const head = row.symbol === '' ? row.path : `${row.path} ${row.symbol}`;
  return `${head}\n${row.text}`.slice(0, DOCUMENT_CHARACTERS);
}

const DOCUMENT_CHARACTERS = 8000;
