// Tells whether dist/ was built from the sources as they are now. Runs on any Node from 20, without dependencies.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** What the bundles are made from. */
const INPUTS = ['src', 'webview-ui', 'media', 'esbuild.mjs', 'tools/stamp.mjs', 'package-lock.json', 'tsconfig.json'];

/** Path of the file that remembers what dist/ was built from. */
export const stampFile = (root) => path.join(root, 'dist/.stamp');

function* filesBelow(entry) {
  const stat = fs.statSync(entry, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    yield { file: entry, stat };
    return;
  }
  for (const name of fs.readdirSync(entry).sort()) yield* filesBelow(path.join(entry, name));
}

/** A digest over path, size and time of every input, and the kind of build. */
export function buildStamp(root, production) {
  const hash = createHash('sha256').update(production ? 'production' : 'development');
  for (const input of INPUTS)
    for (const { file, stat } of filesBelow(path.join(root, input)))
      hash.update(`${path.relative(root, file)}\0${stat.size}\0${stat.mtimeMs}\n`);
  return hash.digest('hex');
}

/** True when dist/ holds this kind of build of exactly these inputs. */
export function isFresh(root, production) {
  const file = stampFile(root);
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === buildStamp(root, production);
}
