import type { ChunkKind } from '../../src/core/chunk.ts';
import type { IndexStatus } from '../../src/protocol/engine.ts';
import type { PanelHit, PanelResults, PanelWorkspace, ToPanel } from '../../src/protocol/panel.ts';
import { NO_FILTERS } from '../../src/protocol/panel.ts';

/** Data for looking at the panel: what a search on a small upload service would answer. */

const FOLDER = '/home/ada/upload-service';

const RETRY = `/**
 * Tries failed uploads again, oldest first, until each has gone through or has been
 * tried \`maxAttempts\` times.
 */
async retryFailed(queue: UploadQueue, maxAttempts = 5): Promise<RetryReport> {
  const report: RetryReport = { retried: 0, givenUp: [] };
  for (const upload of queue.failed()) {
    if (upload.attempts >= maxAttempts) {
      report.givenUp.push(upload.id);
      continue;
    }
    await sleep(backoff(upload.attempts)); // 250 ms, 500 ms, 1 s
    const response = await this.client.put(upload.url, upload.body);
    report.retried += response.ok ? 1 : 0;
  }
  return report;
}`;

const BACKOFF = `function backoff(attempt: number): number {
  const jitter = Math.random() * 100;
  return Math.min(30_000, 250 * 2 ** attempt) + jitter;
}`;

const PYTHON = `class UploadRetrier(Worker):
    """Takes failed uploads from the dead letter queue and retries them."""

    max_attempts: int = 5

    def run(self) -> None:
        for job in self.queue.drain("failed"):
            try:
                self.upload(job)
            except TransientError as error:
                log.warning("upload %s failed: %s", job.id, error)
                self.queue.push(job, delay=2 ** job.attempts)`;

const GO = `// RetryUpload retries a failed upload with exponential backoff.
func (u *Uploader) RetryUpload(ctx context.Context, id string) error {
	for attempt := 0; attempt < maxAttempts; attempt++ {
		if err := u.upload(ctx, id); err == nil {
			return nil
		}
	}
	return fmt.Errorf("upload %q: %w", id, ErrGivenUp)
}`;

const DOCS = `## Retries

Failed uploads are retried five times with exponential backoff. After that they are
listed under \`GET /uploads?state=failed\` and can be retried by hand.`;

const EVIL = `export const template = "<img src=x onerror=alert(1)><script>alert('upload')</script>";
export const failed = '&lt;b&gt; upload';`;

interface HitText {
  readonly path: string;
  readonly language: string;
  readonly kind: ChunkKind;
  readonly symbol: string;
  readonly startLine: number;
  readonly bestLine: number;
  readonly text: string;
  readonly score: number;
}

const TEXTS: readonly HitText[] = [
  {
    path: 'src/upload/retry.ts',
    language: 'typescript',
    kind: 'method',
    symbol: 'Uploader.retryFailed',
    startLine: 38,
    bestLine: 44,
    text: RETRY,
    score: 0.94,
  },
  {
    path: 'workers/python/upload_retrier.py',
    language: 'python',
    kind: 'class',
    symbol: 'UploadRetrier',
    startLine: 12,
    bestLine: 18,
    text: PYTHON,
    score: 0.81,
  },
  {
    path: 'src/upload/retry.ts',
    language: 'typescript',
    kind: 'function',
    symbol: 'backoff',
    startLine: 112,
    bestLine: 114,
    text: BACKOFF,
    score: 0.62,
  },
  {
    path: 'packages/server/internal/transfer/http/handlers/upload_retry.go',
    language: 'go',
    kind: 'method',
    symbol: 'Uploader.RetryUpload',
    startLine: 1204,
    bestLine: 1205,
    text: GO,
    score: 0.58,
  },
  {
    path: 'docs/operations.md',
    language: 'markdown',
    kind: 'section',
    symbol: 'Operations > Retries',
    startLine: 41,
    bestLine: 43,
    text: DOCS,
    score: 0.4,
  },
  {
    path: 'src/evil.ts',
    language: 'typescript',
    kind: 'constant',
    symbol: '<b>template</b>',
    startLine: 1,
    bestLine: 1,
    text: EVIL,
    score: 0.2,
  },
];

const WORDS = ['retry', 'Retry', 'retries', 'retried', 'failed', 'Failed', 'upload', 'uploads', 'Upload'];

function toHit(source: HitText, id: number): PanelHit {
  return {
    id,
    folder: FOLDER,
    folderName: 'upload-service',
    ...source,
    endLine: source.startLine + source.text.split('\n').length - 1,
    matched: WORDS,
    why: [
      { signal: 'keyword', effect: 'score', value: 0.42, detail: 'words: retry, failed, uploads (symbol, doc, body)' },
      { signal: 'dense', effect: 'score', value: 0.31, detail: 'rank 2 by meaning' },
      { signal: 'definition', effect: 'factor', value: 1.35, detail: 'defines `retryFailed`' },
      { signal: 'test-path', effect: 'factor', value: 0.7, detail: 'in a test folder' },
      { signal: 'rank', effect: 'info', value: 1, detail: 'rank 1 by keywords of 212' },
    ],
    stale: null,
  };
}

export const HITS: readonly PanelHit[] = TEXTS.map((source, index) => toHit(source, index + 1));

/** Many hits in many files, for speed and for scrolling. */
export function manyHits(count: number): readonly PanelHit[] {
  return Array.from({ length: count }, (_, index) => {
    const source = TEXTS[index % 4];
    if (source === undefined) throw new Error('No text to make a hit of.');
    const path = `src/module${Math.floor(index / 3)}/${source.path.split('/').at(-1) ?? ''}`;
    return toHit({ ...source, path, startLine: 10 + index * 20, bestLine: 12 + index * 20, score: 1 - index / (count + 1) }, 1000 + index);
  });
}

export function status(change: Partial<IndexStatus> = {}): IndexStatus {
  return {
    folder: FOLDER,
    phase: 'ready',
    filesDone: 0,
    filesTotal: 0,
    filesPerSecond: 0,
    secondsLeft: null,
    files: 1200,
    chunks: 9800,
    skipped: 31,
    failed: 0,
    bytesOnDisk: 12_000_000,
    embedder: { id: 'bundled', device: 'cpu', dtype: 'int4', reason: '' },
    semantic: true,
    message: '',
    indexDir: '/tmp/index',
    ...change,
  };
}

export const INDEXING: IndexStatus = status({
  phase: 'indexing',
  filesDone: 340,
  filesTotal: 1200,
  filesPerSecond: 71,
  secondsLeft: 12,
  files: 340,
});

export function workspace(change: Partial<PanelWorkspace> = {}): PanelWorkspace {
  return {
    folders: [{ folder: FOLDER, name: 'upload-service' }],
    statuses: [status()],
    health: { state: 'running', message: '' },
    problems: [],
    ...change,
  };
}

export function hostState(change: Partial<Extract<ToPanel, { type: 'state' }>> = {}): ToPanel {
  return { type: 'state', session: 'one', question: '', filters: NO_FILTERS, similar: null, history: [], ...workspace(), ...change };
}

export function results(search: number, change: Partial<PanelResults> = {}): ToPanel {
  return { type: 'results', search, hits: HITS, ms: 42, mode: 'hybrid', coverage: 1, notes: [], ...change };
}
