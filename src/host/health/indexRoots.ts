import fs from 'node:fs/promises';
import path from 'node:path';

/** The folders that hold indexes: of the workspace whose storage this is (absolute) and, beside it, of the others. */
export async function indexRoots(workspace: string): Promise<readonly string[]> {
  const own = path.join(workspace, 'index');
  const name = path.basename(workspace);
  const others = path.dirname(path.dirname(workspace));
  const siblings = await fs.readdir(others).catch(() => []);
  return [...new Set([own, ...siblings.map((sibling) => path.join(others, sibling, name, 'index'))])];
}
