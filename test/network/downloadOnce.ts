import { download } from '../../src/network/download.ts';
import { NetworkError } from '../../src/network/errors.ts';

/** Downloads the first argument to the second and prints the digest, or the code of the error. */
const [url = '', to = ''] = process.argv.slice(2);
try {
  const options = { to, sha256: null, bytes: null, settings: { offline: false, proxy: '' }, attempts: 1 };
  process.stdout.write((await download(url, options)).sha256);
} catch (error) {
  if (!(error instanceof NetworkError)) throw error;
  process.stdout.write(error.code);
}
