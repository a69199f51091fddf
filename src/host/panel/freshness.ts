import type { IndexStatus } from '../../protocol/engine.ts';
import type { ToPanel } from '../../protocol/panel.ts';
import type { SearchHit } from '../../protocol/search.ts';
import { findStale } from './stale.ts';

/** What keeping an answer fresh needs. */
export interface FreshnessPort {
  /** The hits of the answer that is shown, with their numbers. */
  hits(): readonly (readonly [number, SearchHit])[];
  /** A file as it is now; null when it is gone. */
  readText(hit: SearchHit): Promise<string | null>;
  statuses(): readonly IndexStatus[];
  post(message: ToPanel): void;
}

/** Between two refreshes while files are being indexed, and after a change that the index has yet to follow. */
const REFRESH_MS = 3000;
const SETTLED_MS = 250;
/** A file that is changed in the editor but not saved stays stale however often one asks. */
const REFRESH_TRIES = 3;

/** Keeps what is shown true: marks hits whose files changed, and has the question asked again when the index knows more. */
export class Freshness {
  private readonly port: FreshnessPort;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private checkTimer: ReturnType<typeof setTimeout> | undefined;
  private triesLeft = REFRESH_TRIES;
  /** What was indexed when the question was asked that is answered now. */
  private answered: string | undefined;

  constructor(port: FreshnessPort) {
    this.port = port;
  }

  /** What tells one state of the index from another, as far as answers may differ. */
  indexed(): string {
    return JSON.stringify(this.port.statuses().map(({ folder, files, chunks, phase }) => [folder, files, chunks, phase === 'indexing']));
  }

  /** An answer is shown; `indexed` is what {@link indexed} said when it was asked for. */
  answerShown(indexed: string): void {
    this.answered = indexed;
    this.checkSoon();
  }

  statusChanged(): void {
    if (this.answered === undefined || this.indexed() === this.answered) return;
    const busy = this.port.statuses().some(({ phase }) => phase === 'indexing' || phase === 'scanning');
    this.refreshIn(busy ? REFRESH_MS : SETTLED_MS);
  }

  /** A file changed; `path` is absolute, with `/`. */
  fileChanged(path: string): void {
    if (!this.port.hits().some(([, hit]) => path.endsWith(`/${hit.path}`))) return;
    this.triesLeft = REFRESH_TRIES;
    this.checkSoon();
  }

  dispose(): void {
    clearTimeout(this.refreshTimer);
    clearTimeout(this.checkTimer);
  }

  private refreshIn(milliseconds: number): void {
    if (this.refreshTimer !== undefined) return;
    this.refreshTimer = setTimeout(() => {
      this.refreshTimer = undefined;
      this.port.post({ type: 'refresh' });
    }, milliseconds);
  }

  private checkSoon(): void {
    clearTimeout(this.checkTimer);
    this.checkTimer = setTimeout(() => void this.check(), SETTLED_MS);
  }

  private async check(): Promise<void> {
    const stale = await findStale(this.port.hits(), (hit) => this.port.readText(hit));
    this.port.post({ type: 'stale', ...stale });
    if (stale.changed.length + stale.deleted.length === 0) this.triesLeft = REFRESH_TRIES;
    else if (this.triesLeft > 0) {
      this.triesLeft -= 1;
      this.refreshIn(REFRESH_MS);
    }
  }
}
