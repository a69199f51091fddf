// Runs test/host inside the extension host of a real VS Code: `node test/runner/inhost.ts`. The exit code is 0 when all passed.
import '../setup.ts';
import { runInHost } from './runInHost.ts';

/** Several times what a slow machine takes: each test has a deadline of its own. */
const DEADLINE_MS = 1_800_000;

// A stop from outside still cleans up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await runInHost({ deadlineMs: DEADLINE_MS });
