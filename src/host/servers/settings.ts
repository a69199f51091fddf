import * as vscode from 'vscode';
import { ENDPOINT_APIS, requestAddress } from '../../core/endpoints/address.ts';
import { type ChatOptions, ENDPOINT_DEFAULTS, type EndpointOptions } from '../../protocol/endpoints.ts';

const EMBEDDING = 'quarry.endpoint';
const CHAT = 'quarry.chat';

/** A server that the person has set: where it is, and what the engine is told once that is allowed. */
export interface SetServer<Options> {
  readonly address: URL;
  readonly options: Options;
}

/** The server that embeds; undefined when none is set. Throws one sentence for an address that cannot be used. */
export function readEndpoint(): SetServer<EndpointOptions> | undefined {
  const settings = vscode.workspace.getConfiguration(EMBEDDING);
  const api = ENDPOINT_APIS.find((known) => known === settings.get<unknown>('api'));
  const url = text(settings.get('url'));
  if (api === undefined || url === '') return undefined;
  return {
    address: requestAddress(url, api),
    options: {
      ...ENDPOINT_DEFAULTS,
      api,
      url,
      model: text(settings.get('model')),
      // Spaces at the end of a prefix belong to it.
      queryPrefix: verbatim(settings.get('queryPrefix')),
      documentPrefix: verbatim(settings.get('documentPrefix')),
      batch: whole(settings.get('batchSize'), 1, 1000, ENDPOINT_DEFAULTS.batch),
      timeoutMs: whole(settings.get('timeoutSeconds'), 1, 600, ENDPOINT_DEFAULTS.timeoutMs / 1000) * 1000,
      required: false,
    },
  };
}

/** The chat server that orders results; undefined when none is set. Throws one sentence for an address that cannot be used. */
export function readChat(): SetServer<ChatOptions> | undefined {
  const settings = vscode.workspace.getConfiguration(CHAT);
  const url = text(settings.get('url'));
  if (url === '') return undefined;
  const timeoutMs = whole(settings.get('timeoutSeconds'), 1, 600, 30) * 1000;
  return { address: requestAddress(url, 'chat'), options: { url, model: text(settings.get('model')), key: '', timeoutMs } };
}

export function onServerSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(EMBEDDING) || event.affectsConfiguration(CHAT)) listener();
  });
}

function text(value: unknown): string {
  return verbatim(value).trim();
}

function verbatim(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function whole(value: unknown, least: number, most: number, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : otherwise;
}
