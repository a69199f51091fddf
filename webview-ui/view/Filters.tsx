import { useEffect, useState } from 'preact/hooks';
import { languageName } from '../../src/core/languages.ts';
import type { SearchMode } from '../../src/protocol/search.ts';
import { activeChips, hasKinds, KIND_GROUPS, parseGlobs, toggleFolder, toggleKinds, toggleLanguage } from '../model/filters.ts';
import type { PanelState } from '../model/state.ts';
import { MODE_LABELS } from '../model/statusLine.ts';
import { Icon } from './Icon.tsx';
import { Rerank } from './Rerank.tsx';
import { useController } from './useController.ts';

const MODES: readonly { readonly mode: SearchMode; readonly title: string }[] = [
  { mode: 'hybrid', title: 'Words and meaning together' },
  { mode: 'semantic', title: 'Meaning only' },
  { mode: 'keyword', title: 'Words only' },
];

/** The mode, the filters in force as chips, and the filters to choose from when they are opened. */
export function Filters({ state }: { readonly state: PanelState }) {
  return (
    <div class="filters">
      <Modes state={state} />
      {state.rerank !== undefined && <Rerank rerank={state.rerank} />}
      {!state.filtersOpen && <Chips state={state} />}
      {state.filtersOpen && <FilterForm state={state} />}
    </div>
  );
}

function Modes({ state }: { readonly state: PanelState }) {
  const controller = useController();
  const choose = (mode: SearchMode): void => controller.setFilters({ ...state.filters, mode });
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = MODES.findIndex(({ mode }) => mode === state.filters.mode);
    const next = MODES[(at + by + MODES.length) % MODES.length];
    if (next === undefined) return;
    choose(next.mode);
    const group = event.currentTarget;
    if (group instanceof HTMLElement) group.querySelector<HTMLElement>(`[data-mode="${next.mode}"]`)?.focus();
  };
  return (
    <div class="modes" role="radiogroup" aria-label="Search by" onKeyDown={onKeyDown}>
      {MODES.map(({ mode, title }) => (
        // biome-ignore lint/a11y/useSemanticElements: a native radio button cannot look like a VS Code toggle.
        <button
          key={mode}
          type="button"
          role="radio"
          data-mode={mode}
          aria-checked={state.filters.mode === mode}
          tabIndex={state.filters.mode === mode ? 0 : -1}
          title={title}
          onClick={() => choose(mode)}
        >
          {MODE_LABELS[mode]}
        </button>
      ))}
    </div>
  );
}

function Chips({ state }: { readonly state: PanelState }) {
  const controller = useController();
  const chips = activeChips(state.filters, state.folders);
  if (chips.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters in force">
      {chips.map((chip) => (
        <li key={chip.id}>
          <button
            type="button"
            class="chip"
            title={`Drop the filter ${chip.description}`}
            aria-label={`Drop the filter ${chip.description}`}
            onClick={() => controller.setFilters(chip.without)}
          >
            <span>{chip.label}</span>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function FilterForm({ state }: { readonly state: PanelState }) {
  const controller = useController();
  const { filters } = state;
  const languages = [...new Set([...state.languages, ...filters.languages])];
  return (
    <fieldset class="filter-form" aria-label="Filters">
      <ul class="chips" aria-label="Kinds">
        {KIND_GROUPS.map((group) => (
          <li key={group.label}>
            <button
              type="button"
              class="chip toggle"
              aria-pressed={hasKinds(filters, group)}
              onClick={() => controller.setFilters(toggleKinds(filters, group))}
            >
              <Icon name={group.icon} />
              <span>{group.label}</span>
            </button>
          </li>
        ))}
        <li>
          <button
            type="button"
            class="chip toggle"
            aria-pressed={filters.skipTests}
            onClick={() => controller.setFilters({ ...filters, skipTests: !filters.skipTests })}
          >
            <Icon name="beaker" />
            <span>No tests</span>
          </button>
        </li>
      </ul>
      {state.folders.length > 1 && (
        <ul class="chips" aria-label="Folders">
          {state.folders.map(({ folder, name }) => (
            <li key={folder}>
              <button
                type="button"
                class="chip toggle"
                aria-pressed={filters.folders.includes(folder)}
                onClick={() => controller.setFilters(toggleFolder(filters, folder))}
              >
                <Icon name="folder" />
                <span>{name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {languages.length > 1 && (
        <ul class="chips" aria-label="Languages">
          {languages.map((language) => (
            <li key={language}>
              <button
                type="button"
                class="chip toggle"
                aria-pressed={filters.languages.includes(language)}
                onClick={() => controller.setFilters(toggleLanguage(filters, language))}
              >
                <span>{languageName(language)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <GlobBox
        label="files to include"
        hint="e.g. src, *.ts"
        globs={filters.include}
        change={(include) => controller.setFilters({ ...filters, include })}
      />
      <GlobBox
        label="files to exclude"
        hint="e.g. vendor, *.min.js"
        globs={filters.exclude}
        change={(exclude) => controller.setFilters({ ...filters, exclude })}
      />
    </fieldset>
  );
}

/** Globs are taken over on Enter and when the box is left, not letter by letter: half a path filters everything away. */
function GlobBox(props: {
  readonly label: string;
  readonly hint: string;
  readonly globs: readonly string[];
  readonly change: (globs: readonly string[]) => void;
}) {
  const known = props.globs.join(', ');
  const [text, setText] = useState(known);
  useEffect(() => setText(known), [known]);
  const commit = (): void => {
    const globs = parseGlobs(text);
    if (globs.join(', ') !== known) props.change(globs);
  };
  return (
    <label class="glob">
      <span>{props.label}</span>
      <input
        type="text"
        value={text}
        placeholder={props.hint}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
    </label>
  );
}
