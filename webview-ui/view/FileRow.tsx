import type { FileGroup } from '../model/groups.ts';
import { shortenMiddle, splitPath } from '../model/paths.ts';
import { Icon } from './Icon.tsx';
import { memo } from './memo.tsx';
import { useController } from './useController.ts';

/** The row of a file: twistie, name, where it lies, number of hits. */
export const FileRow = memo(
  (props: {
    readonly group: FileGroup;
    readonly active: boolean;
    readonly open: boolean;
    readonly showFolder: boolean;
    /** Characters that fit into a row. */
    readonly columns: number;
    readonly position: number;
    readonly size: number;
  }) => {
    const controller = useController();
    const { group, open } = props;
    const { name, directory } = splitPath(group.path);
    const where = props.showFolder ? [group.folderName, directory].filter((part) => part !== '').join('/') : directory;
    const hits = `${group.hits.length} ${group.hits.length === 1 ? 'result' : 'results'}`;
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the tree's, which holds the focus.
      <div
        id={fileRowId(group)}
        class={props.active ? 'row file active' : 'row file'}
        role="treeitem"
        tabIndex={-1}
        aria-level={1}
        aria-expanded={open}
        aria-selected={props.active}
        aria-posinset={props.position}
        aria-setsize={props.size}
        aria-label={`${name}, ${where === '' ? 'top folder' : where}, ${hits}`}
        title={group.path}
        onClick={() => controller.toggleGroup(group.key)}
        onMouseEnter={() => controller.hover(group.key)}
      >
        <Icon name={open ? 'chevron-down' : 'chevron-right'} />
        <span class="name">{name}</span>
        <span class="where">{shortenMiddle(where, Math.max(6, props.columns - name.length))}</span>
        <span class="badge">{group.hits.length}</span>
      </div>
    );
  },
);

export function fileRowId(group: FileGroup): string {
  return `file-${group.hits[0]?.id ?? 0}`;
}
