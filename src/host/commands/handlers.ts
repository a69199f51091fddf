import * as vscode from 'vscode';
import { type CompareArguments, compareModels } from '../compare/compareModels.ts';
import type { Engine } from '../engine.ts';
import type { Folders } from '../folders/folders.ts';
import { cleanUp, retryFailed, type Storage, wipe } from '../health/cleaning.ts';
import type { HealthView } from '../health/healthView.ts';
import { modelCommands } from '../modelCommands/commands.ts';
import type { ResultsPanel } from '../panel/resultsPanel.ts';
import type { SearchPick } from '../quickPick/searchPick.ts';
import { rerankCommands } from '../rerank/commands.ts';
import type { Servers } from '../servers/servers.ts';
import { showStatusMenu } from '../status/statusMenu.ts';
import type { StatusInput } from '../status/statusText.ts';
import { type AgentPlaces, copyAgentConfig } from './copyAgentConfig.ts';
import { explainFile } from './explainFile.ts';
import { type CommandHandler, type CommandName, uriArgument } from './register.ts';
import { selectedCode } from './similar.ts';
import { showSkippedFiles } from './skippedFiles.ts';

/** What the commands act on. */
export interface CommandTargets {
  readonly engine: Engine;
  readonly servers: Servers;
  readonly recentQuestions: () => readonly string[];
  readonly folders: Folders;
  readonly pick: SearchPick;
  readonly panel: ResultsPanel;
  readonly log: vscode.LogOutputChannel;
  readonly state: () => StatusInput;
  readonly health: HealthView;
  readonly storage: Storage;
  readonly agent: AgentPlaces;
}

/** Every command and what it does. */
export function commandHandlers({
  engine,
  servers,
  recentQuestions,
  folders,
  pick,
  panel,
  log,
  state,
  health,
  storage,
  agent,
}: CommandTargets): Readonly<Record<CommandName, CommandHandler>> {
  return {
    search: (question) => pick.show(typeof question === 'string' ? { question } : {}),
    searchInFolder: (argument) => {
      const uri = uriArgument(argument);
      const place = uri === undefined ? undefined : folders.locate(uri);
      if (place === undefined) throw new Error('Choose a folder of this workspace in the Explorer.');
      const filters = place.path === '' ? {} : { include: [`${literalGlob(place.path)}/**`] };
      pick.show({ folders: [place.folder.path], filters, place: place.path === '' ? place.folder.name : place.path });
    },
    findSimilar: () => pick.show({ similarTo: selectedCode(folders) }),
    showPanel: () => panel.focus(),
    explainFile: (argument) => explainFile(engine, folders, uriArgument(argument)),
    pause: () => folders.pause(),
    resume: () => folders.resume(),
    rebuild: () => folders.rebuild(),
    restart: async () => {
      await engine.restart();
      // A folder that could not be opened before gets another chance.
      await folders.sync();
    },
    showStatus: () => showStatusMenu(state()),
    showSkippedFiles: () => showSkippedFiles(engine, folders),
    showHealth: () => health.show(),
    refreshHealth: () => health.refresh(),
    retryFailed: (row) => retryFailed(engine, folders, row),
    cleanUp: () => cleanUp(engine, storage).then(() => health.refresh()),
    wipe: () => wipe(folders, storage).then(() => health.refresh()),
    ...modelCommands(engine),
    ...rerankCommands(engine),
    setServerKey: () => servers.setKey(),
    compareModels: (given) => compareModels({ engine, folders, recentQuestions, storage: storage.workspace }, argumentsOf(given)),
    copyAgentConfig: () => copyAgentConfig(folders, agent),
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:quarry.quarry'),
    showLog: () => log.show(),
    nextResult: () => panel.next(),
    previousResult: () => panel.previous(),
    'quickPick.openToSide': () => pick.openActive('side'),
    'quickPick.openInBackground': () => pick.openActive('background'),
  };
}

/** Arguments of a command come from anywhere. */
function argumentsOf(given: unknown): CompareArguments {
  const { models, questions } = (typeof given === 'object' && given !== null ? given : {}) as Readonly<Record<string, unknown>>;
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined);
  const [named, asked] = [texts(models), texts(questions)];
  return { ...(named && { models: named }), ...(asked && { questions: asked }) };
}

/** A path as a glob that matches only itself. */
function literalGlob(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@]/g, '\\$&');
}
