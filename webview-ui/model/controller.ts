import type { FromPanel, PanelAction, PanelFilters, PanelHit, PanelResults, ToPanel } from '../../src/protocol/panel.ts';
import { MOST_HITS } from '../../src/protocol/panel.ts';
import { excludingFolderOf } from './filters.ts';
import { allHits, fileKey, hitKey } from './groups.ts';
import { AT_DRAFT, type HistoryWalk, walkHistory } from './history.ts';
import { mergeRefined } from './merge.ts';
import { type MoveKey, move, stepHit, visibleRows } from './navigation.ts';
import { askedFor, markStale, type PanelState, type Shown, showAsCame, withLanguages } from './state.ts';

/** What the controller needs of the world. `later` runs a task after some milliseconds and gives a way to call it off. */
export interface Port {
  post(message: FromPanel): void;
  later(milliseconds: number, task: () => void): () => void;
}

export interface OpenOptions {
  readonly toSide: boolean;
  readonly keepFocus: boolean;
}

/** Rest after the last key before a question is asked by itself. */
const TYPING_PAUSE_MS = 200;
/** A question of one letter is asked only on Enter. */
const SHORTEST_QUESTION = 2;
const FIRST_LIMIT = 50;

export type Controller = ReturnType<typeof createController>;

/** The panel without its looks: holds the state, answers the host's messages and the person's deeds. */
export function createController(port: Port, first: PanelState) {
  let state = first;
  const listeners = new Set<() => void>();
  let searches = 0;
  /** What was last sent, until its answer comes. */
  let sent: { readonly search: number; readonly asked: string; readonly limit: number; readonly holdAll: boolean } | null = null;
  let callOff: () => void = () => undefined;
  let walk: HistoryWalk = AT_DRAFT;
  let hovered: string | null = null;
  let treeFocused = false;

  const set = (change: Partial<PanelState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };

  const findHit = (key: string | null): PanelHit | undefined =>
    state.shown === null ? undefined : allHits(state.shown.groups).find((hit) => hitKey(hit) === key);

  const search = (options: { readonly remember?: boolean; readonly limit?: number; readonly holdAll?: boolean } = {}): void => {
    callOff();
    if (state.question.trim() === '' && state.similar === null) {
      sent = null;
      port.post({ type: 'cancel' });
      set({ shown: null, busy: false, failure: null, active: null });
      return;
    }
    searches += 1;
    const asked = askedFor(state.question, state.filters, state.similar);
    const limit = options.limit ?? (state.shown?.asked === asked ? state.shown.limit : FIRST_LIMIT);
    sent = { search: searches, asked, limit, holdAll: options.holdAll ?? false };
    const { question, filters } = state;
    port.post({
      type: 'search',
      search: searches,
      question,
      filters,
      similar: state.similar !== null,
      limit,
      remember: options.remember ?? false,
    });
    set({ busy: true });
  };

  /** The lowest row that the person has reached, by focus or by pointer. */
  const anchorIn = (shown: Shown, holdAll: boolean): string | null => {
    const rows = visibleRows(shown.groups, []);
    if (holdAll) return rows.at(-1)?.key ?? null;
    const reached = [treeFocused ? state.active : null, hovered].map((key) => rows.findIndex((row) => row.key === key));
    return rows[Math.max(...reached)]?.key ?? null;
  };

  const showResults = (results: PanelResults): void => {
    if (sent === null || results.search !== sent.search) return;
    const { asked, limit, holdAll } = sent;
    // A reranked answer to the same question is still to come.
    const refining = results.refining === true;
    if (!refining) sent = null;
    const before = state.shown;
    const languages = withLanguages(state.languages, results.hits);
    const answered = { busy: refining, failure: null, languages };
    if (before === null || before.asked !== asked) {
      set({ ...answered, shown: showAsCame(results, asked, limit), active: null, explained: [], scrollTop: 0 });
      return;
    }
    const merged = mergeRefined(before.groups, results.hits, anchorIn(before, holdAll));
    const shown: Shown = { ...showAsCame(results, asked, limit), groups: merged.groups, better: merged.better ? results.hits : null };
    const now = (key: string): string => merged.renamed.get(key) ?? key;
    const active = state.active === null ? null : now(state.active);
    const still = visibleRows(shown.groups, []).some((row) => row.key === active);
    if (hovered !== null) hovered = now(hovered);
    set({ ...answered, shown, active: still ? active : null, explained: state.explained.map(now) });
  };

  const ask = (question: string, change: Partial<PanelState>, remember: boolean): void => {
    walk = AT_DRAFT;
    set({ question, ...change });
    search({ remember });
  };

  const openRow = (key: string | null, options: OpenOptions): void => {
    const hit = findHit(key);
    if (hit === undefined) return;
    if (state.active !== key) set({ active: key });
    port.post({ type: 'open', hit: hit.id, ...options });
  };

  const setFilters = (filters: PanelFilters): void => {
    set({ filters });
    port.post({ type: 'draft', question: state.question, filters });
    search();
  };

  const step = (by: 1 | -1): void => {
    const key = stepHit(state.shown?.groups ?? [], state.active, by);
    const hit = findHit(key);
    if (key === null || hit === undefined) return;
    set({ active: key, collapsed: state.collapsed.filter((closed) => closed !== fileKey(hit)) });
    openRow(key, { toSide: false, keepFocus: false });
  };

  const fail = ({ search, message, badQuestion }: Extract<ToPanel, { type: 'failed' }>): void => {
    if (sent?.search !== search) return;
    sent = null;
    set({ busy: false, failure: { sentence: message, badQuestion }, shown: null });
  };

  const receive = (message: ToPanel): void => {
    switch (message.type) {
      case 'state':
        begin(message);
        break;
      case 'status':
        set({
          folders: message.folders,
          statuses: message.statuses,
          health: message.health,
          problems: message.problems,
          ...(message.rerank === undefined ? {} : { rerank: message.rerank }),
        });
        break;
      case 'history':
        set({ history: message.history });
        break;
      case 'results':
        showResults(message);
        break;
      case 'failed':
        fail(message);
        break;
      case 'stale':
        if (state.shown !== null) set({ shown: markStale(state.shown, new Set(message.changed), new Set(message.deleted)) });
        break;
      case 'ask':
        ask(message.question, { filters: message.filters ?? state.filters, similar: message.similar }, message.similar === null);
        break;
      case 'refresh':
        if (state.shown !== null && sent === null) search();
        break;
      case 'focus':
        set({ focus: { target: message.target, count: state.focus.count + 1 } });
        break;
      case 'step':
        step(message.by);
        break;
    }
  };

  /**
   * Within a session of the host the panel's own state holds. In another one (the window was opened again) the host's memory is the later
   * one, and rows are asked for again, so that their numbers hold.
   */
  const begin = (message: Extract<ToPanel, { type: 'state' }>): void => {
    const { folders, statuses, health, problems, history, session } = message;
    const rerank = message.rerank === undefined ? {} : { rerank: message.rerank };
    const known = state.session === session && state.shown !== null;
    const own = state.session === session || message.question === '' ? {} : { question: message.question, filters: message.filters };
    set({ ready: true, session, folders, statuses, health, problems, history, similar: message.similar, ...rerank, ...own });
    if (known || folders.length === 0) return;
    if (state.question.trim() === '' && state.similar === null) set({ shown: null, active: null });
    else search();
  };

  return {
    state: (): PanelState => state,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    receive,
    /** The text of the box changed under the person's hands. */
    type(question: string): void {
      walk = AT_DRAFT;
      set({ question, similar: null });
      port.post({ type: 'draft', question, filters: state.filters });
      callOff();
      const length = question.trim().length;
      if (length === 0) search();
      else if (length >= SHORTEST_QUESTION) callOff = port.later(TYPING_PAUSE_MS, () => search());
    },
    submit: (): void => search({ remember: true }),
    ask: (question: string): void => ask(question, { similar: null }, true),
    clear: (): void => ask('', { similar: null }, false),
    /** Up (-1) or Down (1) through the history; false when there is nothing further. */
    walk(by: 1 | -1): boolean {
      const step = walkHistory(state.history, walk, state.question, by);
      if (step === null) return false;
      set({ question: step.question, similar: null });
      walk = step.walk;
      callOff();
      callOff = port.later(TYPING_PAUSE_MS, () => search());
      return true;
    },
    setFilters,
    setRerank: (enabled: boolean, candidates: number): void => port.post({ type: 'rerank', enabled, candidates }),
    questionFocused: (): void => port.post({ type: 'boxFocused' }),
    toggleFilters: (): void => set({ filtersOpen: !state.filtersOpen }),
    move(key: MoveKey): void {
      set(move(state.shown?.groups ?? [], state, key));
    },
    activate: (key: string | null): void => {
      if (state.active !== key) set({ active: key });
    },
    toggleGroup(group: string): void {
      const closed = state.collapsed.includes(group);
      set({ active: group, collapsed: closed ? state.collapsed.filter((key) => key !== group) : [...state.collapsed, group] });
    },
    collapseAll(): void {
      const groups = state.shown?.groups.map((group) => group.key) ?? [];
      const all = groups.every((group) => state.collapsed.includes(group));
      set({ collapsed: all ? [] : groups });
    },
    explain(key: string): void {
      const open = state.explained.includes(key);
      set({ active: key, explained: open ? state.explained.filter((other) => other !== key) : [...state.explained, key] });
    },
    open: openRow,
    copyPath(key: string): void {
      const hit = findHit(key);
      if (hit !== undefined) port.post({ type: 'copyPath', hit: hit.id });
    },
    findSimilar(key: string): void {
      const hit = findHit(key);
      if (hit !== undefined) port.post({ type: 'findSimilar', hit: hit.id });
    },
    excludeFolder(key: string): void {
      const hit = findHit(key);
      const filters = hit === undefined ? null : excludingFolderOf(state.filters, hit.path);
      if (filters !== null) setFilters(filters);
    },
    /** Shows the newest answer in its own order. */
    showBetter(): void {
      const { shown } = state;
      if (shown === null || shown.better === null) return;
      set({ shown: showAsCame({ ...shown, hits: shown.better }, shown.asked, shown.limit), scrollTop: 0 });
    },
    /** Asks for as many hits as the panel takes; what is shown stays where it is. */
    more: (): void => search({ limit: MOST_HITS, holdAll: true }),
    forget: (question: string | null): void => port.post({ type: 'forget', question }),
    run: (action: PanelAction): void => port.post({ type: 'run', action }),
    focus: (target: 'question' | 'results'): void => set({ focus: { target, count: state.focus.count + 1 } }),
    hover: (key: string | null): void => {
      hovered = key;
    },
    treeFocus: (focused: boolean): void => {
      treeFocused = focused;
    },
    scrolled: (scrollTop: number): void => {
      // Nothing on the screen depends on it: it is only kept for coming back.
      state = { ...state, scrollTop };
    },
  };
}
