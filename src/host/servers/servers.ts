import * as vscode from 'vscode';
import { isLocal, whereCodeGoes } from '../../core/endpoints/address.ts';
import type { EngineOptions } from '../../protocol/engine.ts';
import { sentenceOf } from '../sentence.ts';
import { onServerSettings, readChat, readEndpoint, type SetServer } from './settings.ts';

/** The model servers that the person uses, with their keys: what the engine is told of them. */
export interface Servers extends vscode.Disposable {
  /** Settles when the keys are known; the engine is started after that. */
  readonly ready: Promise<void>;
  /** The servers that may be used now. Another machine is used only after a yes to its very address. */
  options(): Pick<EngineOptions, 'endpoint' | 'chat'>;
  /** Asks for the key of a server that is set, and keeps it in the editor's secret storage. */
  setKey(): Promise<void>;
}

export interface ServersOptions {
  readonly secrets: vscode.SecretStorage;
  readonly memory: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
  /** Called when what the engine was told is no longer true. */
  readonly onChanged: () => void;
}

const ALLOWED = 'quarry.allowedServers';
/** Settings are typed, and half an address is one of somebody else. */
const SETTLE_MS = 1500;

const keyOf = (address: URL): string => `quarry.key:${address.host}`;

export function createServers({ secrets, memory, log, onChanged }: ServersOptions): Servers {
  const keys = new Map<string, string>();
  const asked = new Set<string>();
  let told = '';
  let timer: NodeJS.Timeout | undefined;

  /** A server as it is set; a setting that cannot be used is said once, and counts as none. */
  function set<Options>(read: () => SetServer<Options> | undefined): SetServer<Options> | undefined {
    try {
      return read();
    } catch (error) {
      const sentence = sentenceOf(error);
      log.warn(sentence);
      if (!asked.has(sentence)) void vscode.window.showWarningMessage(`Quarry: ${sentence}`);
      asked.add(sentence);
      return undefined;
    }
  }

  const isAllowed = (address: URL): boolean => isLocal(address) || memory.get<readonly string[]>(ALLOWED, []).includes(address.origin);
  const usable = <Options>(server: SetServer<Options> | undefined): Options | undefined =>
    server === undefined || !isAllowed(server.address) ? undefined : { ...server.options, key: keys.get(keyOf(server.address)) ?? '' };

  function options(): Pick<EngineOptions, 'endpoint' | 'chat'> {
    const endpoint = usable(set(readEndpoint));
    const chat = usable(set(readChat));
    const now = { ...(endpoint && { endpoint }), ...(chat && { chat }) };
    told = JSON.stringify(now);
    return now;
  }

  async function readKeys(): Promise<void> {
    for (const server of [set(readEndpoint), set(readChat)]) {
      if (server === undefined) continue;
      const name = keyOf(server.address);
      keys.set(name, (await secrets.get(name)) ?? '');
    }
  }

  async function allow(server: SetServer<unknown> | undefined, what: 'Code' | 'Shown code', use: string): Promise<void> {
    if (server === undefined || isAllowed(server.address) || asked.has(server.address.origin)) return;
    asked.add(server.address.origin);
    const yes = 'Allow';
    const settings = 'Open Settings';
    const sentence = `Quarry is set to ${use} on ${server.address.host}. ${whereCodeGoes(server.address, what)}`;
    const choice = await vscode.window.showWarningMessage(sentence, yes, 'Not Now', settings);
    if (choice === settings) await vscode.commands.executeCommand('workbench.action.openSettings', 'quarry.endpoint');
    if (choice !== yes) return;
    await memory.update(ALLOWED, [...memory.get<readonly string[]>(ALLOWED, []), server.address.origin]);
  }

  async function consider(): Promise<void> {
    await readKeys();
    await allow(set(readEndpoint), 'Code', 'embed code');
    await allow(set(readChat), 'Shown code', 'order results');
    const before = told;
    options();
    if (told !== before) onChanged();
  }

  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // A server that was refused is asked about again when the person changes the settings.
      asked.clear();
      consider().catch((error: unknown) => log.warn(sentenceOf(error)));
    }, SETTLE_MS);
  };
  const parts = [onServerSettings(later), secrets.onDidChange(({ key }) => key.startsWith('quarry.key:') && later())];

  const ready = readKeys()
    .catch((error: unknown) => log.warn(`The keys of model servers could not be read: ${sentenceOf(error)}`))
    .then(() => {
      options();
      consider().catch((error: unknown) => log.warn(sentenceOf(error)));
    });

  return {
    ready,
    options,
    async setKey() {
      const set = [readEndpoint(), readChat()].flatMap((server) => (server === undefined ? [] : [server.address]));
      const hosts = [...new Map(set.map((address) => [address.host, address])).values()];
      if (hosts.length === 0) throw new Error('No model server is set: name one in the settings first.');
      const host = hosts.length === 1 ? hosts[0]?.host : await vscode.window.showQuickPick(hosts.map((address) => address.host));
      const address = hosts.find((one) => one.host === host);
      if (address === undefined) return;
      const key = await vscode.window.showInputBox({
        title: `Key for ${address.host}`,
        prompt: 'Kept in the secret storage of the editor. An empty one deletes the key.',
        password: true,
        ignoreFocusOut: true,
      });
      if (key === undefined) return;
      if (key.trim() === '') await secrets.delete(keyOf(address));
      else await secrets.store(keyOf(address), key.trim());
    },
    dispose() {
      clearTimeout(timer);
      for (const part of parts) part.dispose();
    },
  };
}
