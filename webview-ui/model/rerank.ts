import { deviceName, timeText } from '../../src/core/rerank/words.ts';
import type { PanelRerank } from '../../src/protocol/panel.ts';

/** What reranking this many results costs here, for the tooltip of its control. */
export function rerankCost({ candidates, msEach, device, budgetMs }: PanelRerank): string {
  const what = `Read the best ${candidates} results again with the question`;
  if (msEach === null) return `${what}: at most ${timeText(budgetMs)} on a CPU`;
  const all = msEach * candidates;
  const isCut = device === 'cpu' && all > budgetMs;
  const fitting = Math.max(1, Math.floor(budgetMs / msEach));
  const cost = isCut ? `about ${fitting} of them fit into ${timeText(budgetMs)}` : `about ${timeText(all)} for ${candidates}`;
  return `${what}: ${cost}${device === '' ? '' : ` on ${deviceName(device)}`} here`;
}
