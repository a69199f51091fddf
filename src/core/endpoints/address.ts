/** The protocols of model servers that Quarry speaks. */
export type EndpointApi = 'openai' | 'ollama' | 'tei';

export const ENDPOINT_APIS: readonly EndpointApi[] = ['openai', 'ollama', 'tei'];

/** What a person said about a server of embeddings; the key is never part of it. */
export interface EndpointChoice {
  readonly api: EndpointApi;
  readonly url: string;
  /** As the server names it; may be empty where the server has one model only. */
  readonly model: string;
}

/** What follows the address that a person types, when it is not there already. */
const PATHS: Readonly<Record<EndpointApi | 'chat', readonly [whole: string, afterVersion: string]>> = {
  openai: ['/v1/embeddings', '/embeddings'],
  chat: ['/v1/chat/completions', '/chat/completions'],
  ollama: ['/api/embed', '/api/embed'],
  tei: ['/embed', '/embed'],
};

/**
 * The address that requests go to: `http://localhost:8080`, `https://api.example.com/v1` and the full address mean the same. Throws one
 * sentence for what is no address of the web, and for one with a name or password in it, which would end up in logs.
 */
export function requestAddress(url: string, use: EndpointApi | 'chat'): URL {
  const parsed = URL.canParse(url.trim()) ? new URL(url.trim()) : undefined;
  if (parsed === undefined || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:'))
    throw new Error(`The address of a model server begins with https:// or http://, and ${shown(url)} does not.`);
  if (parsed.username !== '' || parsed.password !== '')
    throw new Error('The address of a model server must hold no name and no password: a key is kept apart from it.');
  parsed.hash = '';
  const [whole, afterVersion] = PATHS[use];
  const path = parsed.pathname.replace(/\/+$/, '');
  if (path.endsWith(afterVersion)) parsed.pathname = path;
  else parsed.pathname = path + (/\/v\d+\w*$/.test(path) ? afterVersion : whole);
  return parsed;
}

function shown(url: string): string {
  return url.trim() === ''
    ? 'an empty one'
    : url
        .trim()
        .slice(0, 100)
        .replace(/\/\/[^@/]*@/, '//');
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/;

/** True when a connection to this address does not leave the machine. */
export function isLocal(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/** Where code goes, in words for a status. `what` begins the sentence. */
export function whereCodeGoes(url: URL, what: 'Code' | 'Shown code' = 'Code'): string {
  if (isLocal(url)) return `${what} is sent to a server on this machine (${url.host}).`;
  const open = url.protocol === 'http:' ? ', not encrypted' : '';
  return `${what} leaves this machine: it is sent to ${url.host}${open}.`;
}

/**
 * Reads `<api>:<model>@<address>`, as in `ollama:nomic-embed-text@http://localhost:11434`; undefined for a text of another shape, such
 * as the id of a model.
 */
export function parseEndpoint(text: string): EndpointChoice | undefined {
  const [, api = '', model = '', url = ''] = /^(\w+):(.*?)@(https?:\/\/.+)$/.exec(text.trim()) ?? [];
  const known = ENDPOINT_APIS.find((one) => one === api);
  return known === undefined ? undefined : { api: known, model, url };
}
