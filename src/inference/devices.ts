import type { ModelDevice, ModelDtype, ModelEntry } from '../core/modelCatalogue.ts';

/** What a person may ask for: a device by name, or the best that works. */
export type DeviceWish = 'auto' | ModelDevice;

/** One way to load a model: a device and the graph that serves on it. */
export interface DeviceChoice {
  readonly device: ModelDevice;
  readonly dtype: ModelDtype;
  /** Path of the graph inside the model's folder, with `/`. */
  readonly graph: string;
}

/** The devices that a platform may have, best first. */
function devicesOf(platform: NodeJS.Platform): readonly ModelDevice[] {
  if (platform === 'win32') return ['cuda', 'dml', 'webgpu', 'cpu'];
  if (platform === 'darwin') return ['coreml', 'webgpu', 'cpu'];
  return ['cuda', 'webgpu', 'cpu'];
}

/**
 * The ways to try, best first: `cuda | dml | coreml`, then `webgpu`, then `cpu`, as far as the catalogue knows a number format for the
 * device and the format's graph is installed. The CPU is always last, so that a wish for a GPU that does not work ends there; it takes
 * any installed graph when its own is missing. Empty when no graph is installed.
 */
export function deviceChoices(
  entry: ModelEntry,
  installed: ReadonlySet<string>,
  wish: DeviceWish,
  platform: NodeJS.Platform,
): readonly DeviceChoice[] {
  const graphs = new Map<ModelDtype, string>();
  for (const { dtype, files } of entry.variants) {
    const graph = files.find(({ path }) => path.endsWith('.onnx'))?.path;
    if (graph !== undefined && installed.has(graph)) graphs.set(dtype, graph);
  }
  const choices: DeviceChoice[] = [];
  for (const device of devicesOf(platform)) {
    if (device !== 'cpu' && wish !== 'auto' && wish !== device) continue;
    const dtype = entry.dtypes[device];
    const graph = dtype === undefined ? undefined : graphs.get(dtype);
    if (dtype !== undefined && graph !== undefined) choices.push({ device, dtype, graph });
  }
  const [any] = graphs;
  if (any !== undefined && !choices.some(({ device }) => device === 'cpu')) choices.push({ device: 'cpu', dtype: any[0], graph: any[1] });
  return wish === 'cpu' ? choices.filter(({ device }) => device === 'cpu') : choices;
}
