import { placeOf } from '../../core/embedder.ts';
import { bytesText } from '../../core/sizeText.ts';
import type { IndexPhase, IndexStatus } from '../../protocol/engine.ts';
import { count, counted, duration } from '../sentence.ts';

/** How the engine process is. */
export interface EngineHealth {
  readonly state: 'starting' | 'running' | 'restarting' | 'safe-mode' | 'stopped';
  /** One sentence for a person, or empty. */
  readonly message: string;
}

/** Everything that the status bar says something about. */
export interface StatusInput {
  readonly health: EngineHealth;
  readonly statuses: readonly IndexStatus[];
  /** Whether a folder of the workspace is still to be opened. */
  readonly opening: boolean;
  /** Sentences about folders that are not searched. */
  readonly problems: readonly string[];
  readonly paused: boolean;
  /** Whether a folder is only searched, because indexing was not allowed or is not automatic. */
  readonly searchOnly: boolean;
}

export interface StatusText {
  /** With codicons, for the status bar. */
  readonly text: string;
  /** The same without codicons, for screen readers. */
  readonly label: string;
  readonly warning: boolean;
}

const BUSY: readonly IndexPhase[] = ['opening', 'scanning', 'indexing'];

/** Files done of all that are to be done over every folder, 0 to 100; undefined when nothing is counted yet. */
function percent(statuses: readonly IndexStatus[]): number | undefined {
  const total = statuses.reduce((sum, { filesTotal }) => sum + filesTotal, 0);
  const done = statuses.reduce((sum, { filesDone }) => sum + filesDone, 0);
  return total === 0 ? undefined : Math.min(100, Math.floor((done / total) * 100));
}

/** Whether indexing is going on in a folder. */
export function isBusy(status: IndexStatus): boolean {
  return BUSY.includes(status.phase);
}

/** The one line of the status bar. */
export function statusText({ health, statuses, opening, problems, paused }: StatusInput): StatusText {
  const quiet = (icon: string, label: string): StatusText => ({ text: `$(${icon}) ${label}`, label, warning: false });
  const warning = (label: string): StatusText => ({ text: `$(warning) ${label}`, label, warning: true });
  if (health.state === 'stopped') return warning('Quarry stopped');
  if (health.state === 'safe-mode') return warning('Quarry: keywords only');
  if (health.state === 'restarting') return quiet('sync~spin', 'Quarry restarting');
  if (problems.length > 0 || statuses.some(({ phase }) => phase === 'failed')) return warning('Quarry');
  if (paused) return quiet('debug-pause', 'Quarry');
  const busy = statuses.filter(isBusy);
  if (busy.length === 0) return opening ? quiet('sync~spin', 'Quarry') : quiet('search', 'Quarry');
  const share = percent(busy);
  return quiet('sync~spin', share === undefined ? 'Quarry' : `Quarry ${share} %`);
}

const PHASES: Readonly<Record<IndexPhase, string>> = {
  opening: 'opening',
  scanning: 'looking for files',
  indexing: 'indexing',
  upkeep: 'ready, tidying up',
  ready: 'ready',
  paused: 'paused',
  following: 'ready, another window indexes',
  'read-only': 'ready, the index cannot be written',
  failed: 'failed',
};

/** What a folder's index is doing: `indexing 340 of 1,200 files, 85 a second, 10 s left`. */
export function progressLine(status: IndexStatus): string {
  if (status.phase !== 'indexing' || status.filesTotal === 0) return PHASES[status.phase];
  const parts = [`indexing ${count(status.filesDone)} of ${counted(status.filesTotal, 'file')}`];
  if (status.filesPerSecond >= 1) parts.push(`${count(status.filesPerSecond)} a second`);
  if (status.secondsLeft !== null) parts.push(`${duration(status.secondsLeft)} left`);
  return parts.join(', ');
}

/** The one line in which a search says what it searches: `12,431 chunks, bundled, ready`. */
export function stateLine({ health, statuses, opening, problems, paused }: StatusInput): string {
  if (health.state === 'restarting' || health.state === 'stopped' || health.state === 'safe-mode') return health.message;
  const first = statuses[0];
  if (first === undefined) return problems[0] ?? (opening ? 'starting' : 'no folder is open');
  const chunks = statuses.reduce((sum, status) => sum + status.chunks, 0);
  const busy = statuses.find(isBusy);
  const doing = busy !== undefined ? progressLine(busy) : paused ? 'paused' : progressLine(first);
  return `${counted(chunks, 'chunk')}, ${first.embedder.id}, ${doing}`;
}

/** Text that stands for itself in Markdown. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&');
}

/** The tooltip: state, then for each folder what the index holds. Markdown; every name is escaped. */
export function statusTooltip(input: StatusInput, nameOf: (folder: string) => string): string {
  const parts: string[] = [];
  if (input.health.message !== '') parts.push(plain(input.health.message));
  for (const problem of input.problems) parts.push(plain(problem));
  for (const status of input.statuses) {
    const rows = [
      `${counted(status.files, 'file')}, ${counted(status.chunks, 'chunk')}, ${bytesText(status.bytesOnDisk)}`,
      progressLine(status),
      `${status.embedder.id} on ${placeOf(status.embedder)}${status.semantic ? '' : ' (keyword search only)'}`,
    ];
    if (status.embedder.reason !== '') rows.push(status.embedder.reason);
    const { building } = status;
    if (building !== undefined)
      rows.push(
        `the index for ${building.embedder} holds ${Math.floor(building.coverage * 100)} % of the files; the one before answers until then`,
      );
    if (status.skipped > 0) rows.push(`${counted(status.skipped, 'file')} not indexed by rule`);
    if (status.failed > 0) rows.push(`${counted(status.failed, 'file')} failed and will be tried again`);
    if (status.message !== '') rows.push(status.message);
    parts.push([`**${plain(nameOf(status.folder))}**`, ...rows.map((row) => `- ${plain(row)}`)].join('\n'));
  }
  if (parts.length === 0) parts.push(input.opening ? 'Starting' : 'No folder is open');
  return parts.join('\n\n');
}
