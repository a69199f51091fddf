import { join } from 'node:path';
import type { ModelDevice, ModelDtype } from '../core/modelCatalogue.ts';
import type { DeviceChoice } from './devices.ts';
import { type InferenceSession, loadRuntime } from './runtime.ts';
import { type Feeds, type InputInfo, type Output, toOutput } from './tensors.ts';

/** A model that is loaded on one device. */
export interface ModelSession {
  readonly device: ModelDevice;
  readonly dtype: ModelDtype;
  /** One sentence on the devices that were tried before this one; empty when it was the first. */
  readonly reason: string;
  readonly inputs: readonly InputInfo[];
  readonly outputs: readonly string[];
  /** Computes one batch; only the outputs named in `wanted` are copied out. Blocks the thread meanwhile. */
  run(feeds: Feeds, wanted: readonly string[]): Promise<Readonly<Record<string, Output>>>;
  /** Frees the weights. The session must not be used afterwards. */
  dispose(): Promise<void>;
}

export interface SessionOptions {
  /** Absolute path of the model's folder. */
  readonly folder: string;
  /** Ways to load it, best first. */
  readonly choices: readonly DeviceChoice[];
  /** Threads inside one operator on a CPU. */
  readonly threads: number;
  /** Proves that a device computes what it should; what it throws is why the next device is tried. */
  readonly prove: (session: ModelSession) => Promise<void>;
}

/** A model that no device can run; the message is one sentence for a person. */
export class ModelLoadError extends Error {
  override readonly name = 'ModelLoadError';
}

/**
 * Loads a model on the first device that takes it and proves right. The runtime's own fallback is not used: it throws on a computer
 * without the libraries of a device, and never says which device serves.
 */
export async function openSession(options: SessionOptions): Promise<ModelSession> {
  const failures: string[] = [];
  for (const choice of options.choices) {
    const reason = failures.length === 0 ? '' : `${failures.join('; ')}.`;
    try {
      const session = wrap(await createSession(options, choice), choice, reason);
      try {
        await options.prove(session);
        return session;
      } catch (error) {
        await session.dispose();
        throw error;
      }
    } catch (error) {
      failures.push(`${choice.device} does not serve: ${firstLine(error)}`);
    }
  }
  throw new ModelLoadError(failures.length === 0 ? 'no graph of this model is installed' : failures.join('; '));
}

function createSession({ folder, threads }: SessionOptions, { device, graph }: DeviceChoice): Promise<InferenceSession> {
  return loadRuntime().InferenceSession.create(join(folder, graph), {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Threads that wait by spinning would take a core from the editor between two texts.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
}

function wrap(session: InferenceSession, { device, dtype }: DeviceChoice, reason: string): ModelSession {
  return {
    device,
    dtype,
    reason,
    inputs: session.inputMetadata.map((input) => ({
      name: input.name,
      type: input.isTensor ? input.type : 'none',
      shape: input.isTensor ? input.shape : [],
    })),
    outputs: session.outputNames,
    async run(feeds, wanted) {
      const { Tensor } = loadRuntime();
      const tensors = Object.fromEntries(Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]));
      const values = await session.run(tensors, [...wanted]);
      return Object.fromEntries(wanted.map((name) => [name, toOutput(name, values[name])]));
    },
    dispose: () => session.release(),
  };
}

/** Errors of the runtime name source files and go on for lines; the first line says what happened. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n')[0] ?? '';
  return line
    .replace(/^.*?: (?=[A-Z])/, (prefix) => (prefix.includes('/') ? '' : prefix))
    .slice(0, 200)
    .replace(/\.$/, '');
}
