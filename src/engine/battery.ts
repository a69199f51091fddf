import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const SUPPLIES = '/sys/class/power_supply';
const LOOK_MS = 15_000;

/** Whether the computer runs on its battery; false where the system does not say (it does on Linux) or has none. */
export async function onBattery(supplies = SUPPLIES): Promise<boolean> {
  let discharging = false;
  for (const name of await readdir(supplies).catch(() => [])) {
    const read = (file: string): Promise<string> =>
      readFile(join(supplies, name, file), 'utf8').then(
        (text) => text.trim(),
        () => '',
      );
    // The battery of a mouse says nothing about the computer.
    if ((await read('scope')) === 'Device') continue;
    const type = await read('type');
    if (type === 'Mains' && (await read('online')) === '1') return false;
    if (type === 'Battery' && (await read('status')) === 'Discharging') discharging = true;
  }
  return discharging;
}

/** Tells when the computer goes on battery or off it; the first time only when it is on battery. */
export function watchBattery(onChange: (battery: boolean) => void): void {
  let last = false;
  const look = async (): Promise<void> => {
    const now = await onBattery();
    if (now !== last) onChange(now);
    last = now;
  };
  void look();
  setInterval(() => void look(), LOOK_MS).unref();
}
