import { placeOf } from '../../core/embedder.ts';
import { countSkips } from '../../core/plan.ts';
import { bytesText } from '../../core/sizeText.ts';
import type { FolderHealth } from '../../protocol/health.ts';
import { count, counted } from '../sentence.ts';

/** One line of the health view with the lines below it. Labels stay when numbers change, so that what is open stays open. */
export interface HealthRow {
  readonly label: string;
  readonly description?: string;
  /** Name of a codicon. */
  readonly icon?: string;
  readonly children?: readonly HealthRow[];
  /** Shown open at first. */
  readonly open?: boolean;
  /** For the menus of the manifest. */
  readonly kind?: 'failed-files' | 'failed-file';
  readonly folder: string;
  /** A file of the folder that a click opens; a path that ends in `/` is a directory and stays shut. */
  readonly path?: string;
}

/** Everything that there is to say about the index of one folder. */
export function rowsOf(name: string, health: FolderHealth): HealthRow {
  const { models, status, writer } = health;
  const { folder } = status;
  const { chunks, embedder, files } = status;
  const row = (icon: string, label: string, description: string): HealthRow => ({ icon, label, description, folder });
  const model = embedder.device === '' ? embedder.id : `${embedder.id} on ${placeOf(embedder)}`;
  return {
    label: name,
    description: status.message === '' ? status.phase : `${status.phase}: ${status.message}`,
    icon: 'root-folder',
    open: true,
    folder,
    children: [
      { ...row('files', 'Indexed', `${counted(files, 'file')}, ${counted(chunks, 'chunk')}`), children: languageRows(health) },
      { ...row('circle-slash', 'Skipped', count(health.skipped.length)), children: skippedRows(health) },
      failedRow(health),
      { ...row('database', 'On disk', bytesText(status.bytesOnDisk)), children: generationRows(health) },
      {
        ...row('circuit-board', 'Model', embedder.reason === '' ? model : `${model}: ${embedder.reason}`),
        children: models.map(({ id, bytes }) => ({ label: id, description: `installed, ${bytesText(bytes)}`, folder })),
      },
      row('edit', 'Writer', writerText(writer)),
    ],
  };
}

function languageRows({ languages, status: { folder } }: FolderHealth): readonly HealthRow[] {
  return languages.map(({ language, files }) => ({
    label: language === '' ? 'other text' : language,
    description: counted(files, 'file'),
    folder,
  }));
}

function skippedRows({ skipped, status: { folder } }: FolderHealth): readonly HealthRow[] {
  return countSkips(skipped).map(({ reason, count: files }) => ({
    label: reason.replaceAll('-', ' '),
    description: count(files),
    folder,
    children: skipped
      .filter((file) => file.reason === reason)
      .map(({ path, detail }) => ({
        label: path,
        folder,
        path,
        ...(detail === undefined || detail === '' ? {} : { description: detail }),
      })),
  }));
}

function failedRow({ failed, status: { folder } }: FolderHealth): HealthRow {
  return {
    label: 'Failed',
    description: count(failed.length),
    icon: failed.length === 0 ? 'pass' : 'warning',
    folder,
    ...(failed.length === 0 ? {} : { open: true, kind: 'failed-files' as const }),
    children: failed.map(({ path, message, attempts }) => ({
      label: path,
      description: `${message} (${counted(attempts, 'attempt')})`,
      icon: 'warning',
      kind: 'failed-file',
      folder,
      path,
    })),
  };
}

function generationRows({ generations, status: { folder, indexDir } }: FolderHealth): readonly HealthRow[] {
  return [
    ...generations.map(({ name, bytes, current }) => ({
      label: current ? 'in use' : 'of another version or model',
      description: `${bytesText(bytes)} (${name})`,
      folder,
    })),
    { label: indexDir, description: 'is where it is', folder },
  ];
}

function writerText(writer: FolderHealth['writer']): string {
  if (writer === undefined) return 'nobody writes the index now';
  if (writer.own) return `this window (process ${writer.pid})`;
  return writer.alive ? `another window or program (process ${writer.pid})` : `a process that ended (${writer.pid})`;
}
