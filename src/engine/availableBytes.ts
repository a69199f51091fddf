import { freemem, totalmem } from 'node:os';

/** Of the memory of a Mac, whatever its free pages say, this share can be had: the rest of it is caches that give way. */
const SHARE_OF_A_MAC = 0.25;

/** Memory that can still be had, in bytes; in a container what that may take. */
export function availableBytes(): number {
  // Node 20 before 20.13 knows only what the whole machine has.
  const available = process.availableMemory?.() ?? freemem();
  // Until libuv 1.52 only pages that hold nothing at all are counted there: 100 MB on a healthy machine.
  return process.platform === 'darwin' ? Math.max(available, totalmem() * SHARE_OF_A_MAC) : available;
}
