import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileVerdict, InstalledFile, InstalledModel } from '../core/installedModel.ts';
import type { ModelEntry } from '../core/modelCatalogue.ts';
import { checkFiles, ModelFilesError } from './checkFiles.ts';
import { copyModelFiles, wantedFiles } from './importFiles.ts';
import { MANIFEST, readManifest, serialise } from './manifest.ts';

/** Models under one folder, at `<folder>/<owner>/<name>/`: each is there completely or not at all. */
export interface ModelLibrary {
  readonly folder: string;
  folderOf(id: string): string;
  find(id: string): Promise<InstalledModel | undefined>;
  listInstalled(): Promise<readonly InstalledModel[]>;
  /** Where a download puts its files; kept between attempts. Starts with the files of the installed model, if there is one. */
  stage(id: string): Promise<string>;
  /** Checks the staged files and puts the model in its place; the one before stays until that moment. */
  install(entry: ModelEntry, source: string, files: readonly InstalledFile[]): Promise<InstalledModel>;
  /** Copies a folder with a model. Throws `ModelFilesError` when it holds none; nothing is changed then. */
  importFolder(entry: ModelEntry, from: string, signal?: AbortSignal): Promise<InstalledModel>;
  /** False when there was nothing to remove. */
  remove(id: string): Promise<boolean>;
  /** Reads every file again; undefined when the model is not installed. */
  verify(id: string, signal?: AbortSignal): Promise<readonly FileVerdict[] | undefined>;
}

const STAGING = '.staging';
const TRASH = '.trash';

export function openLibrary(folder: string): ModelLibrary {
  const folderOf = (id: string) => join(folder, ...partsOf(id));
  const flat = (id: string) => partsOf(id).join('--');
  const staging = (id: string) => join(folder, STAGING, flat(id));
  const find = async (id: string) => {
    await settle(id);
    return readManifest(folderOf(id));
  };

  /** Ends what a process that died between two renames has left: the old model goes back when no new one has come. */
  async function settle(id: string): Promise<void> {
    const trashed = join(folder, TRASH, flat(id));
    if (!(await exists(trashed))) return;
    if (await exists(folderOf(id))) await rm(trashed, { recursive: true, force: true });
    else if ((await readManifest(trashed)) !== undefined) await rename(trashed, folderOf(id)).catch(ignoreMissing);
  }

  async function replace(id: string, fresh: string): Promise<void> {
    await settle(id);
    const trashed = join(folder, TRASH, flat(id));
    await mkdir(dirname(folderOf(id)), { recursive: true });
    await mkdir(dirname(trashed), { recursive: true });
    const had = await exists(folderOf(id));
    if (had) await rename(folderOf(id), trashed);
    try {
      await rename(fresh, folderOf(id));
    } catch (error) {
      if (had) await rename(trashed, folderOf(id));
      throw error;
    }
    await rm(trashed, { recursive: true, force: true });
  }

  async function put(entry: ModelEntry, fresh: string, source: string, files: readonly InstalledFile[]): Promise<InstalledModel> {
    const model: InstalledModel = { id: entry.id, licence: entry.licence, source, installedAt: new Date().toISOString(), files };
    await writeFile(join(fresh, MANIFEST), serialise(model));
    await replace(entry.id, fresh);
    return model;
  }

  return {
    folder,
    folderOf,
    find,
    async listInstalled() {
      const found: InstalledModel[] = [];
      for (const id of await idsIn(folder)) {
        const model = await find(id);
        // A folder that a person renamed by hand is not the model of its new name.
        if (model?.id === id) found.push(model);
      }
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async stage(id) {
      const staged = staging(id);
      await mkdir(staged, { recursive: true });
      const before = await find(id);
      for (const { path } of before?.files ?? []) {
        const to = join(staged, path);
        await mkdir(dirname(to), { recursive: true });
        const from = join(folderOf(id), path);
        if ((await exists(to)) || !(await exists(from))) continue;
        // Not every file system knows hard links.
        await link(from, to).catch(() => copyFile(from, to));
      }
      return staged;
    },
    async install(entry, source, files) {
      const staged = staging(entry.id);
      await checkFiles(
        staged,
        files.map(({ path }) => path),
      );
      await dropOthers(staged, files);
      return put(entry, staged, source, files);
    },
    async importFolder(entry, from, signal) {
      const wanted = await wantedFiles(entry, from);
      await checkFiles(
        from,
        wanted.map((file) => file.from),
      );
      const fresh = join(folder, STAGING, `${flat(entry.id)}.import.${process.pid}.${Date.now()}`);
      try {
        const files = await copyModelFiles(entry, from, wanted, fresh, signal);
        return await put(entry, fresh, from, files);
      } finally {
        // It is gone when it has become the model.
        await rm(fresh, { recursive: true, force: true });
      }
    },
    async remove(id) {
      const had = (await find(id)) !== undefined;
      const staged = await exists(staging(id));
      if (had) {
        const trashed = join(folder, TRASH, `${flat(id)}.${process.pid}.${Date.now()}`);
        await mkdir(dirname(trashed), { recursive: true });
        // First out of sight in one step: half a model is worse than none.
        await rename(folderOf(id), trashed);
        await rm(trashed, { recursive: true, force: true });
        // The owner's folder goes with its last model; it stays when there is another one.
        await rmdir(dirname(folderOf(id))).catch(() => undefined);
      }
      await rm(staging(id), { recursive: true, force: true });
      return had || staged;
    },
    async verify(id, signal) {
      const model = await find(id);
      if (model === undefined) return undefined;
      const verdicts: FileVerdict[] = [];
      for (const { path, sha256, pinned } of model.files) {
        verdicts.push({ path, state: await stateOf(join(folderOf(id), path), sha256, signal), sha256, pinned });
      }
      return verdicts;
    },
  };
}

/** Folder names of an id. Ids come from the catalogue, and from a command line: one with a way out of the folder is refused. */
function partsOf(id: string): readonly string[] {
  const parts = id.split('/');
  if (parts.length > 2 || parts.some((part) => !/^[\w][\w.-]*$/.test(part))) throw new ModelFilesError(`${id} is not the name of a model.`);
  return parts;
}

async function idsIn(folder: string): Promise<readonly string[]> {
  const names = async (of: string): Promise<string[]> => {
    const entries = await readdir(of, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory() && /^\w/.test(entry.name)).map((entry) => entry.name);
  };
  const nested = (await names(folder)).map(async (owner) => (await names(join(folder, owner))).map((name) => `${owner}/${name}`));
  // A model that a dying process left in the trash has no folder of its own until it is found by name.
  const trashed = (await names(join(folder, TRASH))).filter((name) => !/\.\d+\.\d+$/.test(name)).map((name) => name.replace('--', '/'));
  return [...new Set([...(await Promise.all(nested)).flat(), ...trashed])];
}

/** Leaves what belongs to the model; parts of other attempts go. */
async function dropOthers(folder: string, files: readonly InstalledFile[]): Promise<void> {
  const kept = new Set(files.map(({ path }) => join(folder, path)));
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(file)) await rm(file, { force: true });
  }
}

async function stateOf(file: string, sha256: string, signal: AbortSignal | undefined): Promise<FileVerdict['state']> {
  if (!(await exists(file))) return 'missing';
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, signal === undefined ? {} : { signal })) hash.update(chunk);
  return hash.digest('hex') === sha256 ? 'ok' : 'changed';
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
