import { styleText } from 'node:util';
import { ResponseError } from 'vscode-jsonrpc';
import { printable } from '../core/printable.ts';
import { ErrorCode } from '../protocol/engine.ts';
import { type CheckState, type HealthCheck, RunChecks } from '../protocol/health.ts';
import { type SessionFlags, sessionOf } from './flags.ts';
import { withSession } from './session.ts';

interface DoctorOptions extends SessionFlags {
  readonly json?: boolean;
}

const COLOURS = { ok: 'green', warning: 'yellow', problem: 'red' } as const satisfies Record<CheckState, string>;

/** Errors of opening that are findings about the index, and not about how the command was called. */
const FINDINGS: ReadonlySet<number> = new Set([ErrorCode.IndexNewer, ErrorCode.IndexNotWritable, ErrorCode.IndexDamaged]);

/** Checks the index of a folder without changing it; the exit code is 1 when there is a problem. */
export async function doctorCommand(folder: string, options: DoctorOptions): Promise<number> {
  const checks = await findings(folder, options);
  const colour = process.stdout.isTTY === true;
  process.stdout.write(options.json === true ? `${JSON.stringify(checks)}\n` : checks.map((check) => checkText(check, colour)).join(''));
  return checks.some(({ state }) => state === 'problem') ? 1 : 0;
}

async function findings(folder: string, options: DoctorOptions): Promise<readonly HealthCheck[]> {
  try {
    return await withSession(sessionOf(folder, options, false), ({ client, folder: opened }) =>
      client.request(RunChecks, { folder: opened }),
    );
  } catch (error) {
    if (!(error instanceof ResponseError) || !FINDINGS.has(error.code)) throw error;
    return [{ name: 'store', state: 'problem', finding: error.message, advice: '' }];
  }
}

/** A check as one line, and what to do on a second one. */
export function checkText({ name, state, finding, advice }: HealthCheck, colour: boolean): string {
  const word = state.padEnd('problem'.length);
  const painted = colour ? styleText(COLOURS[state], word, { validateStream: false }) : word;
  return `${painted}  ${name.padEnd(12)}  ${printable(finding)}\n${advice === '' ? '' : `${' '.repeat(23)}-> ${advice}\n`}`;
}
