// Runs test/host in a desktop VS Code that it downloads: `npm run test:electron`, for people with the network.
import { runTests } from '@vscode/test-electron';
import { buildHostSuite, hostSuite } from './hostSuite.ts';
import { repository } from './server.ts';
import { copyWorkspace } from './workspace.ts';

await buildHostSuite();
const workspace = copyWorkspace();
try {
  const version = process.env.VSCODE_VERSION;
  process.exitCode = await runTests({
    ...(version === undefined ? {} : { version }),
    extensionDevelopmentPath: repository,
    extensionTestsPath: hostSuite,
    launchArgs: [workspace.folder, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
  });
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(`VS Code could not be downloaded or run (${reason}). This needs the network; \`npm run test:host\` does not.`);
  process.exitCode = 1;
} finally {
  workspace.remove();
}
