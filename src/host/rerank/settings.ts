import * as vscode from 'vscode';
import type { ModelDevice, ModelDtype } from '../../core/modelCatalogue.ts';
import { CANDIDATES, RERANK_DEFAULTS, type RerankOptions } from '../../protocol/rerank.ts';

const SECTION = 'quarry.rerank';
const DEVICES: readonly ('auto' | ModelDevice)[] = ['auto', 'cpu', 'cuda', 'dml', 'coreml', 'webgpu'];
const DTYPES: readonly ('auto' | ModelDtype)[] = ['auto', 'q8', 'fp16', 'fp32', 'q4', 'q4f16'];
const CUSTOM = 'custom';

export interface RerankSettings {
  readonly enabled: boolean;
  readonly options: Required<RerankOptions>;
}

/** What the person has set. Values are typed by hand into a file: a bad one counts as the default. */
export function readRerankSettings(): RerankSettings {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const text = (name: string): string => {
    const value = settings.get<unknown>(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const number = (name: string, least: number, most: number, otherwise: number): number => {
    const value = settings.get<unknown>(name);
    return typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise;
  };
  const custom = text('customInstruction');
  const instruction = text('instruction');
  return {
    enabled: settings.get<unknown>('enabled') === true,
    options: {
      model: text('model'),
      candidates: Math.round(number('candidates', CANDIDATES.least, CANDIDATES.most, RERANK_DEFAULTS.candidates)),
      device: DEVICES.find((known) => known === text('device')) ?? RERANK_DEFAULTS.device,
      dtype: DTYPES.find((known) => known === text('dtype')) ?? RERANK_DEFAULTS.dtype,
      budgetMs: number('timeBudget', 50, 60_000, RERANK_DEFAULTS.budgetMs),
      listMs: number('listTimeSeconds', 1, 600, RERANK_DEFAULTS.listMs / 1000) * 1000,
      blend: number('blend', 0, 1, RERANK_DEFAULTS.blend),
      instruction: (instruction === CUSTOM ? custom : instruction) || RERANK_DEFAULTS.instruction,
      idleMinutes: number('idleMinutes', 0.1, 1440, RERANK_DEFAULTS.idleMinutes),
    },
  };
}

/** Changes a setting where it is set now: in the workspace when that has a value of its own, else for the person. */
export async function writeRerankSetting(name: 'enabled' | 'model' | 'candidates', value: boolean | string | number): Promise<void> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const isOwn = settings.inspect(name)?.workspaceValue !== undefined;
  await settings.update(name, value, isOwn ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global);
}

export function onRerankSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(SECTION)) listener();
  });
}
