import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { onBattery } from '../../src/engine/battery.ts';
import { noteOfPause } from '../../src/engine/folderStatus.ts';
import { createGate } from '../../src/engine/gate.ts';
import { OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { compareWithDisk } from '../faults/compare.ts';
import { makeFolder } from './cli.ts';

const DIST = join(import.meta.dirname, '../../dist');

describe('the memory limit', () => {
  it('ends an engine that is above it in order, again and again, and everything is indexed once', async () => {
    const functions = (file: number): string =>
      Array.from({ length: 12 }, (_, at) => `export function part${file}of${at}(value: number) {\n  return value * ${at};\n}\n`).join('\n');
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`src/file${String(at).padStart(3, '0')}.ts`, functions(at)]));
    const { folder, indexDir } = await makeFolder(files);
    // Node alone takes more than this, so every look finds it exceeded.
    const client = startEngine({
      module: join(DIST, 'engine.mjs'),
      options: { mediaDir: join(DIST, 'media'), keywordOnly: false, memoryLimitMB: 50 },
    });
    onTestFinished(() => client.stop());
    const states: string[] = [];
    const asked: string[] = [];
    client.onState(({ state }) => states.push(state));
    client.onLog(({ message }) => void (/than the 50 MB it may take/.test(message) && asked.push(message)));
    await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
    const first = client.pid();
    while ((await client.request(WaitForIndex, { folder })).status.files < 400 || asked.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { hits } = await client.request(Search, { query: 'part399of7', mode: 'hybrid', limit: 3, rows: 'symbol', filters: {} });
    expect(hits[0]?.symbol).toBe('part399of7');
    expect(client.pid()).not.toBe(first);
    expect(new Set(states)).toEqual(new Set(['starting', 'ready']));
    // The closing line of `quarry index` counts what the engines before the last one did.
    const { indexedFiles, indexedChunks, status } = await client.request(WaitForIndex, { folder });
    expect({ indexedFiles, indexedChunks }).toEqual({ indexedFiles: 400, indexedChunks: status.chunks });
    await compareWithDisk(folder, indexDir, Object.keys(files).sort());
  });
});

describe('the battery', () => {
  const supplies = async (all: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<string> => {
    const root = await mkdtemp(join(tmpdir(), 'quarry-power-'));
    for (const [name, values] of Object.entries(all)) {
      await mkdir(join(root, name));
      for (const [file, text] of Object.entries(values)) await writeFile(join(root, name, file), `${text}\n`);
    }
    return root;
  };
  const battery = (status: string) => ({ type: 'Battery', status });

  it.each([
    ['no supply is known', {}, false],
    ['the battery is in use', { AC: { type: 'Mains', online: '0' }, BAT0: battery('Discharging') }, true],
    ['it is plugged in', { AC: { type: 'Mains', online: '1' }, BAT0: battery('Charging') }, false],
    ['one of two batteries is drained though plugged in', { BAT0: battery('Discharging'), AC: { type: 'Mains', online: '1' } }, false],
    ['only a mouse runs on battery', { hid: { ...battery('Discharging'), scope: 'Device' } }, false],
    ['the battery is full', { BAT0: battery('Full') }, false],
  ])('%s', async (_, all, expected) => {
    expect(await onBattery(await supplies(all))).toBe(expected);
  });

  it('on a system that does not say, nothing waits', async () => {
    expect(await onBattery('/no such folder')).toBe(false);
  });

  it('going back to the mains does not undo a pause, and resuming overrules the battery', () => {
    const gate = createGate(false);
    gate.close('battery');
    expect({ closed: gate.closed, waits: gate.waitsForPower }).toEqual({ closed: true, waits: true });
    gate.close();
    gate.open('battery');
    expect({ closed: gate.closed, waits: gate.waitsForPower }).toEqual({ closed: true, waits: false });
    gate.close('battery');
    gate.open();
    expect(gate.closed).toBe(false);
  });

  it('while a step goes on that cannot be stopped, a pause says so, and no longer', async () => {
    const gate = createGate(false);
    let end: () => void = () => undefined;
    const step = gate.step(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    await Promise.resolve();
    expect(noteOfPause(gate)).toBe('');
    gate.close();
    expect(noteOfPause(gate)).toMatch(/is finished first/);
    end();
    await step;
    expect(noteOfPause(gate)).toBe('');
  });
});
