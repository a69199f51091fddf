import { useState } from 'preact/hooks';
import type { PanelRerank } from '../../src/protocol/panel.ts';
import { rerankCost } from '../model/rerank.ts';
import { Icon } from './Icon.tsx';
import { useController } from './useController.ts';

const LEAST = 10;
const MOST = 200;
const STEP = 10;

/** Switches reranking on and off, and says how many results are read again. */
export function Rerank({ rerank }: { readonly rerank: PanelRerank }) {
  const controller = useController();
  /** What the slider shows while it is dragged; the question is asked again when it is let go. */
  const [dragged, setDragged] = useState<number | null>(null);
  const candidates = dragged ?? rerank.candidates;
  const cost = rerankCost({ ...rerank, candidates });
  return (
    <div class="rerank">
      <button
        type="button"
        class="chip toggle"
        aria-pressed={rerank.enabled}
        title={cost}
        onClick={() => controller.setRerank(!rerank.enabled, rerank.candidates)}
      >
        <Icon name="list-ordered" />
        <span>Rerank</span>
      </button>
      {rerank.enabled && (
        <label class="rerank-count" title={cost}>
          <input
            type="range"
            min={LEAST}
            max={MOST}
            step={STEP}
            value={candidates}
            aria-label="Results to rerank"
            onInput={(event) => setDragged(Number(event.currentTarget.value))}
            onChange={(event) => {
              setDragged(null);
              controller.setRerank(true, Number(event.currentTarget.value));
            }}
          />
          <span aria-hidden="true">{candidates}</span>
        </label>
      )}
    </div>
  );
}
