/** Why a file has no place in the index. Each reason has a sentence for people in `describeSkip`. */
export type SkipReason =
  | 'git-ignored'
  | 'ignored'
  | 'excluded-by-settings'
  | 'quarryignore'
  | 'secret'
  | 'binary'
  | 'too-large'
  | 'minified'
  | 'generated'
  | 'lock-file'
  | 'outside-folder'
  | 'not-a-file'
  | 'unreadable'
  | 'empty';

/** A file that may be indexed, as found on disk. */
export interface FoundFile {
  /** Relative to the folder, with `/` on every platform. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970, as the file system tells it. */
  readonly mtimeMs: number;
  /** When the system last noted a change of the file or the move of a directory above, which no program can set; absent where nobody looked. */
  readonly ctimeMs?: number;
  /** True when a `!` line in `.quarryignore` asks for it: generated and minified text is indexed then too. */
  readonly asked?: boolean;
}

export interface SkippedFile {
  readonly path: string;
  readonly reason: SkipReason;
  /** The pattern, limit or setting that decided, when there is one. */
  readonly detail?: string;
}

/** The answer to "why is this file (not) indexed?". */
export interface FileVerdict {
  readonly path: string;
  readonly indexed: boolean;
  readonly reason?: SkipReason;
  readonly detail?: string;
  /** As in `FoundFile`. */
  readonly asked?: boolean;
  /** One sentence for a person. */
  readonly sentence: string;
}

/** What decides which files are indexed, beside git and ignore files. */
export interface FileSettings {
  /** Globs relative to the folder; when not empty, only files that match one are indexed. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly maxFileBytes: number;
}

export const DEFAULT_FILE_SETTINGS: FileSettings = { include: [], exclude: [], maxFileBytes: 1_000_000 };
