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
} finally {
  workspace.remove();
}
