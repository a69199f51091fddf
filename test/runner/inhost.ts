// Runs test/host inside the extension host of a real VS Code: `node test/runner/inhost.ts`. The exit code is 0 when all passed.
import { runInHost } from './runInHost.ts';

const DEADLINE_MS = 480_000;

// A stop from outside still cleans up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await runInHost({ deadlineMs: DEADLINE_MS });
