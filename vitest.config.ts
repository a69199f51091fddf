import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const setupFiles = ['test/setup.ts'];

/** One project per folder of tests; `vitest run --project unit` runs one. Deadlines are far above what a slow machine takes. */
export default defineConfig({
  test: {
    // Two at a time on a small machine as well: most tests wait for processes. Where the whole machine is needed, files go one by one.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    projects: [
      { test: { name: 'unit', setupFiles, include: ['test/unit/**/*.test.{ts,tsx}'], testTimeout: 120_000, hookTimeout: 120_000 } },
      { test: { name: 'network', setupFiles, include: ['test/network/**/*.test.ts'], testTimeout: 120_000 } },
      { test: { name: 'store', setupFiles, include: ['test/store/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 120_000 } },
      { test: { name: 'engine', setupFiles, include: ['test/engine/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 240_000 } },
      {
        // One VS Code and one browser at a time.
        test: {
          name: 'e2e',
          setupFiles,
          include: ['test/e2e/**/*.e2e.ts'],
          testTimeout: 400_000,
          hookTimeout: 400_000,
          fileParallelism: false,
          expect: { poll: { timeout: 90_000 } },
        },
      },
    ],
  },
});
