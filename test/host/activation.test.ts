import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, extension, quarry } from './helpers.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly configuration: readonly {
      readonly properties: Readonly<Record<string, { readonly default: unknown; readonly scope: string }>>;
    }[];
    readonly keybindings: readonly { readonly command: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
  };
}

const manifest = (): Manifest => extension().packageJSON;

export function activationTests(): void {
  suite('activation', () => {
    test('takes less than 100 ms and starts an engine of its own', async () => {
      const api = await quarry();
      assert.ok(api.activationMs < 100, `activation took ${api.activationMs} ms`);
      const pid = api.enginePid();
      assert.ok(pid !== undefined && pid !== process.pid);
    });

    test('every contributed command has a handler, and every handler is contributed', async () => {
      await quarry();
      const contributed = manifest().contributes.commands.map(({ command }) => command);
      const registered = (await vscode.commands.getCommands(true)).filter((command) => command.startsWith('quarry.'));
      // A view brings commands of its own (`quarry.results.focus`), which nobody registers.
      const own = registered.filter((command) => !/^quarry\.(results|welcome|health)\./.test(command));
      assert.deepEqual([...contributed].sort(), own.sort());
    });

    test('commands share one category, and menus and keys name commands that exist', () => {
      const { commands, keybindings, menus } = manifest().contributes;
      const known = new Set(commands.map(({ command }) => command));
      assert.deepEqual([...new Set(commands.map(({ category }) => category))], ['Quarry']);
      for (const { command } of [...keybindings, ...Object.values(menus).flat()]) assert.ok(known.has(command), command);
      for (const { title } of commands) assert.ok(!title.startsWith('%'), `${title} has no text in package.nls.json`);
    });

    test('every setting has a scope, and its default is what an untouched editor has', () => {
      for (const { properties } of manifest().contributes.configuration)
        for (const [name, { default: value, scope }] of Object.entries(properties)) {
          assert.ok(['resource', 'window', 'machine'].includes(scope), name);
          assert.deepEqual(vscode.workspace.getConfiguration().get(name), value, name);
        }
    });

    test('the default key of the search is nobody else’s', async () => {
      const uri = vscode.Uri.parse('vscode://defaultsettings/keybindings.json');
      const text = (await vscode.workspace.openTextDocument(uri)).getText();
      assert.ok(text.includes('"quarry.search"'));
      const bound = [...text.matchAll(/"key":\s*"([^"]+)",\s*"command":\s*"([^"]+)"/g)].map(([, key, command]) => ({ key, command }));
      assert.deepEqual(
        bound.filter(({ key }) => key === 'ctrl+alt+k').map(({ command }) => command),
        ['quarry.search'],
      );
    });

    test('status has the folder, ready, with every file of the workspace', async () => {
      const api = await quarry();
      const status = await eventually('the end of indexing', () => api.status().find(({ phase }) => phase === 'ready'));
      assert.ok(status.files >= 30, `${status.files} files`);
      assert.ok(status.chunks > status.files);
      assert.equal(status.failed, 0);
    });
  });
}
