import { join } from 'node:path';

// Before every file of tests: nothing of what the person who runs them has told git takes part, nor the repository of a hook that runs them.
for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];
Object.assign(process.env, { GIT_CONFIG_GLOBAL: join(import.meta.dirname, 'fixtures/gitconfig'), GIT_CONFIG_NOSYSTEM: '1' });
