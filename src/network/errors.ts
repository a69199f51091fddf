/** What can go wrong on the way to a file. Codes are for programs, messages are one sentence for a person. */
export type NetworkErrorCode =
  | 'offline'
  | 'cancelled'
  | 'wrong-digest'
  | 'wrong-size'
  | 'disk-full'
  | 'not-writable'
  | 'cut'
  | 'captive-portal'
  | 'not-allowed'
  | 'not-found'
  | 'too-many-requests'
  | 'server'
  | 'proxy'
  | 'tls'
  | 'dns'
  | 'unreachable'
  | 'bad-address'
  | 'bad-answer'
  | 'refused'
  | 'timeout';

interface NetworkErrorOptions {
  readonly cause?: unknown;
  /** Whether another attempt may help. */
  readonly transient?: boolean;
  /** What the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

export class NetworkError extends Error {
  override readonly name: string = 'NetworkError';
  readonly code: NetworkErrorCode;
  readonly transient: boolean;
  readonly retryAfterMs: number;

  constructor(code: NetworkErrorCode, sentence: string, options: NetworkErrorOptions = {}) {
    super(sentence, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.transient = options.transient === true;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

export class OfflineError extends NetworkError {
  override readonly name = 'OfflineError';

  constructor() {
    super('offline', 'The offline setting forbids every download. Turn it off, or import a folder that was downloaded elsewhere.');
  }
}

export class CancelledError extends NetworkError {
  override readonly name = 'CancelledError';

  constructor() {
    super('cancelled', 'The download was cancelled. What has arrived is kept for the next attempt.');
  }
}

export class WrongDigestError extends NetworkError {
  override readonly name = 'WrongDigestError';

  constructor(file: string, expected: string, actual: string) {
    super(
      'wrong-digest',
      `${file} is not the expected file: its SHA-256 is ${actual.slice(0, 12)}... instead of ${expected.slice(0, 12)}...; it was deleted.`,
    );
  }
}

export class DiskFullError extends NetworkError {
  override readonly name = 'DiskFullError';

  constructor(folder: string, missing = '') {
    super('disk-full', `There is no room left on the disk of ${folder}${missing}; nothing was installed.`);
  }
}

export class CaptivePortalError extends NetworkError {
  override readonly name = 'CaptivePortalError';

  constructor(asked: string, answered: string) {
    const who = asked === answered ? asked : `${answered} instead of ${asked}`;
    super(
      'captive-portal',
      `A web page came from ${who} instead of the file: a login page of the network is in the way, perhaps. Open a browser, then try again.`,
    );
  }
}

export class CutConnectionError extends NetworkError {
  override readonly name = 'CutConnectionError';

  constructor(host: string, how: string, cause?: unknown) {
    super('cut', `The connection to ${host} ${how}. What has arrived is kept for the next attempt.`, { cause, transient: true });
  }
}

const TLS_CODES = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/;
const CUT_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_EOF_STATE',
]);
/** Of Node's HTTP parser, and of a packed file that ends too early or is none. */
const BROKEN_CODES = /^(HPE_|Z_|ERR__ERROR_)/;
const TLS_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or this machine's clock is wrong",
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  HOSTNAME_MISMATCH: 'its certificate is for another name',
};

/** Puts an error of sockets, TLS or the name service into words. `host` is what was being asked. */
export function fromSocket(error: unknown, host: string, proxy: string): NetworkError {
  if (error instanceof NetworkError) return error;
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  const through = proxy === '' ? '' : ` through the proxy ${proxy}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL')
    return new NetworkError(
      'dns',
      `The name of ${proxy === '' ? host : `the proxy ${proxy}`} could not be resolved: is this machine online?`,
      {
        cause: error,
        transient: code === 'EAI_AGAIN',
      },
    );
  if (TLS_CODES.test(code))
    return new NetworkError(
      'tls',
      `No trusted connection to ${host}${through} could be made (${code}): ${TLS_REASONS[code] ?? "a company certificate may be missing from the system's store"}.`,
      { cause: error },
    );
  if (CUT_CODES.has(code) || BROKEN_CODES.test(code)) return new CutConnectionError(host, 'was cut', error);
  return new NetworkError('unreachable', `${host} could not be reached${through} (${code === '' ? detail : code}).`, {
    cause: error,
    transient: code === 'ETIMEDOUT' || code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH',
  });
}

/** Puts an error of the disk into words. */
export function fromDisk(error: unknown, folder: string): NetworkError {
  if (error instanceof NetworkError) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new DiskFullError(folder);
  return new NetworkError('not-writable', `${folder} cannot be written (${code === '' ? String(error) : code}).`, { cause: error });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

/** The error for a status of HTTP that is no success, with what the server asks to wait. */
export function fromStatus(status: number, url: URL, retryAfter: string | undefined): NetworkError {
  const { host } = url;
  if (status === 401 || status === 403)
    return new NetworkError(
      'not-allowed',
      `${host} does not give this file out (${status}): it may need an account or an accepted licence. Download it there and import the folder.`,
    );
  if (status === 404 || status === 410)
    return new NetworkError('not-found', `${host} does not have ${decodeURIComponent(url.pathname)} (${status}).`);
  if (status === 407) return new NetworkError('proxy', 'The proxy asks for a name and a password (407): put them into its address.');
  if (status === 511) return new CaptivePortalError(host, host);
  const retryAfterMs = waitOf(retryAfter);
  if (status === 429)
    return new NetworkError('too-many-requests', `${host} had too many requests (429): try again later.`, {
      transient: true,
      retryAfterMs,
    });
  return new NetworkError('server', `${host} answered with an error (${status}).`, {
    transient: status >= 500 || status === 408,
    retryAfterMs,
  });
}

/** What a `Retry-After` header asks to wait, in milliseconds; 0 where it says nothing. */
export function waitOf(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0;
  const seconds = Number(retryAfter);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
