import { spawn } from 'node:child_process';
import { parse } from 'node:path';

/** Why git gave no answer. `unsafe`: git refuses a repository that belongs to somebody else. */
export type GitProblem = 'no-git' | 'not-a-repository' | 'unsafe' | 'timeout' | 'failed';

export type GitResult =
  | { readonly ok: true; readonly stdout: Buffer; readonly code: number }
  | { readonly ok: false; readonly problem: GitProblem; readonly message: string };

export interface GitRun {
  /** Written to standard input. */
  readonly input?: string;
  /** Exit codes beside 0 that are answers and no failures. */
  readonly answers?: readonly number[];
  /** Git looks for a repository no further up than below this directory. */
  readonly ceiling?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * A repository is untrusted input: its own configuration may name programs to run. None of these commands runs a
 * hook, and the settings that would start a program are overruled here: a monitor of files, and one that checks signatures. A
 * bare repository counts only where somebody names it: as plain files it comes with any clone, and its configuration with it.
 */
const SAFE_OPTIONS = ['--no-optional-locks', '--no-pager'];
const SAFE_CONFIG = [
  'core.quotepath=off',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'log.showSignature=false',
  'safe.bareRepository=explicit',
];

/** Variables that point git at another repository, as they are set when the editor was started from a hook. */
const FOREIGN_VARIABLES =
  /^GIT_(ALTERNATE_OBJECT_DIRECTORIES|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|OBJECT_DIRECTORY|DIR|WORK_TREE|IMPLICIT_WORK_TREE|GRAFT_FILE|INDEX_FILE|PREFIX|SHALLOW_FILE|COMMON_DIR|INTERNAL_SUPER_PREFIX|NAMESPACE|TRACE.*|.*_PATHSPECS)$/;

function gitEnvironment(ceiling: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!FOREIGN_VARIABLES.test(name)) env[name] = value;
  }
  // Messages are told apart by their English text, and nothing may wait for a password.
  Object.assign(env, { LC_ALL: 'C', LANGUAGE: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' });
  // Missing objects are not fetched. Older versions know only the second, which no configuration overrules, unlike `protocol.allow`.
  Object.assign(env, { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' });
  if (ceiling !== undefined) env.GIT_CEILING_DIRECTORIES = ceiling;
  return env;
}

function problemOf(stderr: string): GitProblem {
  if (/dubious ownership|unsafe repository/i.test(stderr)) return 'unsafe';
  if (/not a git repository|must be run in a work tree|cannot use bare repository/i.test(stderr)) return 'not-a-repository';
  return 'failed';
}

/**
 * Runs one git command in `folder` (absolute) without a shell and settles with its output; never rejects, except with
 * the signal's reason when it is aborted.
 */
export function runGit(folder: string, args: readonly string[], run: GitRun = {}): Promise<GitResult> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = run;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const options = [...SAFE_OPTIONS, ...SAFE_CONFIG.flatMap((entry) => ['-c', entry]), '-C', folder];
    // The working directory is the root: Windows looks for programs there first, and a repository may hold a git.exe.
    const child = spawn('git', [...options, ...args], {
      cwd: parse(folder).root,
      env: gitEnvironment(run.ceiling),
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    const onAbort = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', onAbort, { once: true });
    const settle = (result: GitResult) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (signal?.aborted) reject(signal.reason);
      else resolve(result);
    };
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => {
      if (stderr.length < 4000) stderr += data.toString('utf8');
    });
    // A child that ends before it has read its input closes the pipe; its exit code tells the story.
    child.stdin.on('error', () => undefined);
    child.stdin.end(run.input ?? '');
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle({ ok: false, problem: error.code === 'ENOENT' ? 'no-git' : 'failed', message: error.message });
    });
    child.once('close', (code) => {
      const accepted = code !== null && (code === 0 || run.answers?.includes(code) === true);
      if (late) settle({ ok: false, problem: 'timeout', message: `git gave no answer in ${Math.round(timeoutMs / 1000)} seconds` });
      else if (accepted) settle({ ok: true, stdout: Buffer.concat(out), code });
      else
        settle({ ok: false, problem: problemOf(stderr), message: (stderr.split('\n')[0] ?? '').trim() || `git ended with code ${code}` });
    });
  });
}

/** The parts of NUL-separated output. */
export function splitNul(output: Buffer): string[] {
  const parts = output.toString('utf8').split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}
