import { createRequire } from 'node:module';
import type * as Runtime from 'onnxruntime-node';

export type { InferenceSession, OnnxValue } from 'onnxruntime-node';

let loaded: typeof Runtime | undefined;

/**
 * The native runtime, loaded at the first use: it maps 45 MB. `run` blocks the thread that calls it, so this belongs into a worker
 * thread of its own, which nothing may terminate while it computes.
 */
export function loadRuntime(): typeof Runtime {
  if (loaded === undefined) {
    // The Windows build of the runtime reports its use to its makers otherwise.
    process.env.ORT_DISABLE_TELEMETRY = '1';
    loaded = createRequire(import.meta.url)('onnxruntime-node') as typeof Runtime;
    // What fails is thrown as well; a device that is tried in vain would write a page to the log.
    loaded.env.logLevel = 'fatal';
  }
  return loaded;
}

/** The runtime's version, and the devices that its build can use if the machine has them. Throws where it has no native package. */
export function describeRuntime(): { readonly version: string; readonly devices: readonly string[] } {
  const runtime = loadRuntime();
  const { node, common } = runtime.env.versions;
  return { version: node ?? common, devices: runtime.listSupportedBackends().map(({ name }) => name) };
}
