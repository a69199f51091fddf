import path from 'node:path';
import * as esbuild from 'esbuild';
import { repository } from './server.ts';

/** The bundled tests of test/host; exports `run()`, as VS Code wants it. */
export const hostSuite: string = path.join(repository, 'dist-test/host.cjs');

/** Bundles test/host/index.ts for the extension host. */
export async function buildHostSuite(entry = 'test/host/index.ts'): Promise<void> {
  await esbuild.build({
    absWorkingDir: repository,
    entryPoints: [entry],
    outfile: hostSuite,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
