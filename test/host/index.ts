import Mocha from 'mocha';
import { activationTests } from './activation.test.ts';
import { changesTests } from './changes.test.ts';
import { compareTests } from './compare.test.ts';
import { embeddingTests } from './embedding.test.ts';
import { engineTests } from './engine.test.ts';
import { explainTests } from './explain.test.ts';
import { healthTests } from './health.test.ts';
import { modelTests } from './models.test.ts';
import { quickPickTests } from './quickPick.test.ts';
import { rerankTests } from './rerank.test.ts';
import { searchTests } from './search.test.ts';
import { serverTests } from './servers.test.ts';

/** Called by VS Code inside its extension host; settles when every test passed. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 300_000, reporter: 'spec', color: false });
  // Only some of them, by a part of their names.
  const { QUARRY_HOST_TESTS: only } = process.env;
  if (only !== undefined) mocha.grep(only);
  // `pre-require` makes `suite` and `test` global; the test files are in this bundle, so mocha loads none by itself.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  activationTests();
  searchTests();
  quickPickTests();
  explainTests();
  changesTests();
  healthTests();
  compareTests();
  rerankTests();
  modelTests();
  serverTests();
  embeddingTests();
  // The engine is killed here, so these come last.
  engineTests();
  await new Promise<void>((resolve, reject) => {
    mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} tests failed`))));
  });
}
