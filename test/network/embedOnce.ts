import { createChatServer } from '../../src/network/chatServer.ts';
import { createEmbeddingServer } from '../../src/network/embeddingServer.ts';
import { NetworkError } from '../../src/network/errors.ts';

/** Embeds a text on the server of the first argument and asks its chat a question; prints what came, or the sentence of the error. */
const [url = ''] = process.argv.slice(2);
const settings = () => ({ offline: false, proxy: '' });
const signal = new AbortController().signal;
try {
  const choice = { api: 'openai', url, model: 'm' } as const;
  const embedding = createEmbeddingServer({
    ...{ choice, key: '', queryPrefix: '', documentPrefix: '', batch: 1, timeoutMs: 20_000, dimension: undefined },
    settings,
    firstWaitMs: 1,
  });
  const [vector] = await embedding.embed(['a text'], 'query', signal);
  const chat = createChatServer({ url, model: 'm', key: '', timeoutMs: 20_000, settings });
  process.stdout.write(`${vector?.length} ${await chat.ask({ system: 's', user: 'u' }, 10, signal)}`);
} catch (error) {
  if (!(error instanceof NetworkError)) throw error;
  process.stdout.write(error.message);
}
