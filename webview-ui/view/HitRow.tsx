import { useMemo } from 'preact/hooks';
import { movedText } from '../../src/core/rerank/words.ts';
import type { PanelHit } from '../../src/protocol/panel.ts';
import { hitKey } from '../model/groups.ts';
import { breadcrumb } from '../model/paths.ts';
import { chooseSnippet } from '../model/snippet.ts';
import { Bar } from './Bar.tsx';
import { Icon, IconButton } from './Icon.tsx';
import { KIND_ICONS } from './kindIcons.ts';
import { memo } from './memo.tsx';
import { Snippet } from './Snippet.tsx';
import { useController } from './useController.ts';
import { Why } from './Why.tsx';

const STALE = { changed: 'changed since', deleted: 'file is gone' } as const;

/** A hit: kind, symbol, lines, score, snippet, and on hover or focus what can be done with it. */
export const HitRow = memo(
  (props: {
    readonly hit: PanelHit;
    readonly active: boolean;
    readonly explained: boolean;
    /** Score against the best of all, 0 to 1. */
    readonly share: number;
    readonly position: number;
    readonly size: number;
  }) => {
    const controller = useController();
    const { hit, active } = props;
    const key = hitKey(hit);
    const lines = useMemo(() => chooseSnippet(hit), [hit]);
    // The number of lines tells the height of a row that is not drawn yet.
    const classes = ['row', 'hit', `lines-${lines.length}`, active ? 'active' : '', hit.stale === null ? '' : 'stale']
      .filter((name) => name !== '')
      .join(' ');
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the tree's, which holds the focus.
      <div
        id={hitRowId(hit)}
        class={classes}
        role="treeitem"
        tabIndex={-1}
        aria-level={2}
        aria-selected={active}
        aria-posinset={props.position}
        aria-setsize={props.size}
        aria-label={accessibleName(hit)}
        onClick={(event) => controller.open(key, { toSide: event.ctrlKey || event.metaKey || event.altKey, keepFocus: true })}
        onDblClick={() => controller.open(key, { toSide: false, keepFocus: false })}
        onMouseEnter={() => controller.hover(key)}
      >
        <div class="head">
          <Icon name={KIND_ICONS[hit.kind].icon} kind={KIND_ICONS[hit.kind].colour} />
          <SymbolPath hit={hit} />
          {hit.stale !== null && <span class="stale-mark">{STALE[hit.stale]}</span>}
          <Moved hit={hit} />
          <span class="lines">{lineRange(hit)}</span>
          <span class="score" title={`Score ${hit.score.toFixed(3)}`}>
            <Bar share={props.share} />
          </span>
        </div>
        <Actions hit={hit} active={active} explained={props.explained} />
        <Snippet hit={hit} lines={lines} />
        {props.explained && <Why reasons={hit.why} />}
      </div>
    );
  },
);

export function hitRowId(hit: PanelHit): string {
  return `hit-${hit.id}`;
}

function SymbolPath({ hit }: { readonly hit: PanelHit }) {
  const parts = breadcrumb(hit.symbol);
  const last = parts.at(-1);
  if (last === undefined) return <span class="symbol none">{KIND_ICONS[hit.kind].label}</span>;
  return (
    <span class="symbol" title={`${KIND_ICONS[hit.kind].label} ${hit.symbol}`}>
      {parts.length > 1 && <span class="enclosing">{`${parts.slice(0, -1).join(' › ')} ›`}</span>}
      <span class="own">{last}</span>
    </span>
  );
}

/** How far reranking moved the row. */
function Moved({ hit }: { readonly hit: PanelHit }) {
  const moved = hit.reranked?.moved ?? 0;
  if (moved === 0) return null;
  return (
    <span class={moved > 0 ? 'moved up' : 'moved down'} title={movedSentence(moved)}>
      {movedText(moved)}
    </span>
  );
}

function movedSentence(moved: number): string {
  return `Moved ${moved > 0 ? 'up' : 'down'} ${Math.abs(moved)} ${Math.abs(moved) === 1 ? 'place' : 'places'} by reranking`;
}

function Actions(props: { readonly hit: PanelHit; readonly active: boolean; readonly explained: boolean }) {
  const controller = useController();
  const { hit } = props;
  const key = hitKey(hit);
  const tabIndex = props.active ? 0 : -1;
  return (
    <div class="actions" role="toolbar" aria-label="Actions">
      <IconButton
        icon="go-to-file"
        class="opens"
        label="Open"
        tabIndex={tabIndex}
        onClick={() => controller.open(key, { toSide: false, keepFocus: false })}
      />
      <IconButton
        icon="split-horizontal"
        label="Open to the side"
        tabIndex={tabIndex}
        onClick={() => controller.open(key, { toSide: true, keepFocus: false })}
      />
      <IconButton icon="copy" label="Copy path and line" tabIndex={tabIndex} onClick={() => controller.copyPath(key)} />
      <IconButton icon="search-fuzzy" label="Find similar code" tabIndex={tabIndex} onClick={() => controller.findSimilar(key)} />
      <IconButton
        icon="question"
        label="Why this result"
        tabIndex={tabIndex}
        expanded={props.explained}
        onClick={() => controller.explain(key)}
      />
      {hit.path.includes('/') && (
        <IconButton icon="exclude" label="Exclude this folder" tabIndex={tabIndex} onClick={() => controller.excludeFolder(key)} />
      )}
    </div>
  );
}

function lineRange(hit: PanelHit): string {
  return hit.startLine === hit.endLine ? `${hit.startLine}` : `${hit.startLine}–${hit.endLine}`;
}

function accessibleName(hit: PanelHit): string {
  const kind = KIND_ICONS[hit.kind].label;
  const what = hit.symbol === '' ? kind : `${hit.symbol}, ${kind}`;
  const stale = hit.stale === null ? '' : `, ${STALE[hit.stale]}`;
  const moved = hit.reranked === undefined || hit.reranked.moved === 0 ? '' : `, ${movedSentence(hit.reranked.moved).toLowerCase()}`;
  const best = hit.text.split('\n')[hit.bestLine - hit.startLine]?.trim().slice(0, 120) ?? '';
  return `${what}, lines ${hit.startLine} to ${hit.endLine}${stale}${moved}: ${best}`;
}
