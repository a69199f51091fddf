// Commits changes without end until it is killed, and says what is acknowledged: `<version> <path>` a line.
import { openStore } from '../../src/store/index.ts';
import { DIMENSION, fileUpdate, randomFrom } from './rows.ts';

const [dir = '', seed = '1'] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const store = await openStore({ dir, fingerprint: 'kill', dimension: DIMENSION, write: true });
await store.repair();
process.stdout.write('open\n');
for (let round = 0; ; round++) {
  const hash = `v${seed}.${round}`;
  const paths = [...new Set(Array.from({ length: 3 }, () => `src/it's ${Math.floor(random() * 12)}.ts`))];
  const [gone, ...changed] = paths;
  const updates = changed.map((path) => fileUpdate(path, 1 + Math.floor(random() * 5), hash));
  await store.commit({ updates, removed: gone === undefined ? [] : [gone] });
  process.stdout.write([`gone ${gone}`, ...updates.map(({ file, chunks }) => `${hash} ${chunks.length} ${file.path}`), ''].join('\n'));
  if (round % 5 === 4) await store.upkeep();
}
