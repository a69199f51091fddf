import { join } from 'node:path';
import fc from 'fast-check';

// Before every file of tests: random cases are the same every time, and nothing of what the person who runs them has told git takes part, nor the repository of a hook that runs them.
for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];
Object.assign(process.env, { GIT_CONFIG_GLOBAL: join(import.meta.dirname, 'fixtures/gitconfig'), GIT_CONFIG_NOSYSTEM: '1' });
fc.configureGlobal({ seed: 20_261_121 });
