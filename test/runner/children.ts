import { readdir, readFile } from 'node:fs/promises';

/** The processes with this in their command line that another one has started, where the system tells (Linux). */
export async function childrenOf(pid: number | undefined, command: string): Promise<readonly number[]> {
  const children: number[] = [];
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== pid) continue;
    // The engine starts git as well.
    if ((await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).includes(command)) children.push(Number(name));
  }
  return children;
}
