import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Setting {
  readonly scope?: string;
}

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: { readonly configuration: readonly { readonly properties: Readonly<Record<string, Setting>> }[] };
};
const settings = Object.entries(
  Object.assign({}, ...manifest.contributes.configuration.map(({ properties }) => properties)) as Record<string, Setting>,
);
const restricted = new Set(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations);

/** How a search looks; these cost nothing and send nothing. */
const HARMLESS = /^quarry\.search\./;
const NOT_OF_A_WORKSPACE = new Set(['machine', 'application']);

test('no setting of a workspace that nobody trusts decides what is read, computed or sent', () => {
  const own = settings.filter(([name, { scope }]) => !HARMLESS.test(name) && !NOT_OF_A_WORKSPACE.has(scope ?? '')).map(([name]) => name);
  expect(own.length).toBeGreaterThan(5);
  expect(own.filter((name) => !restricted.has(name))).toEqual([]);
});

test('the settings that are restricted exist', () => {
  const names = new Set(settings.map(([name]) => name));
  expect([...restricted].filter((name) => !names.has(name))).toEqual([]);
});
