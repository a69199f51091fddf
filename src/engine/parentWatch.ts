import { Worker } from 'node:worker_threads';

const LOOK_MS = 1000;

/** Ends this process when the one that started it is gone. A thread of its own looks, as the loop may be blocked then. */
export function endWithParent(): void {
  new Worker(`const p=${process.ppid};setInterval(()=>{if(process.ppid!==p)process.kill(process.pid,'SIGKILL')},${LOOK_MS})`, {
    eval: true,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  }).unref();
}
