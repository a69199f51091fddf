import { type Command, InvalidArgumentError, Option } from 'commander';
import { type EndpointChoice, parseEndpoint, requestAddress } from '../core/endpoints/address.ts';
import { type ChatOptions, ENDPOINT_DEFAULTS, type EndpointOptions } from '../protocol/endpoints.ts';
import type { EmbedderOptions } from '../protocol/models.ts';
import type { SessionOptions } from './session.ts';

/** The options of every command that opens a folder. */
export interface SessionFlags {
  readonly indexDir?: string;
  readonly modelsDir?: string;
  readonly verbose?: boolean;
  readonly embedder?: string;
  readonly device?: EmbedderOptions['device'];
  readonly endpoint?: EndpointChoice;
  readonly queryPrefix?: string;
  readonly documentPrefix?: string;
  readonly chat?: Pick<ChatOptions, 'url' | 'model'>;
  readonly offline?: boolean;
}

export const DEVICES: readonly EmbedderOptions['device'][] = ['auto', 'cpu', 'cuda', 'dml', 'coreml', 'webgpu'];
/** The variable that holds the key of an embedding server: a key in an option would stand in the shell's history. */
const KEY_VARIABLE = 'QUARRY_ENDPOINT_KEY';
const CHAT_KEY_VARIABLE = 'QUARRY_CHAT_KEY';
const CHAT_MS = 60_000;

export function withSessionFlags(command: Command): Command {
  return command
    .option('--index-dir <dir>', "where the index lives (default: the user's cache folder)")
    .option('--models-dir <dir>', "where models live (default: the user's data folder)")
    .option('--embedder <model>', 'which model embeds: bundled, or the name of an installed one (default: the best that is installed)')
    .addOption(new Option('--device <device>', 'where it runs (default: the fastest that works)').choices(DEVICES))
    .option(
      '--endpoint <server>',
      'embed on a server, which gets the code: openai:<model>@<url>, ollama:<model>@<url> or tei:@<url>',
      endpointChoice,
    )
    .option('--query-prefix <text>', 'put before each question that the server embeds')
    .option('--document-prefix <text>', 'put before each piece of code that the server embeds')
    .option(
      '--chat <server>',
      'the chat server for --rerank nomic-ai/CodeRankLLM, which gets the code of the best places: <model>@<url>',
      chatChoice,
    )
    .option('--offline', 'forbid every connection')
    .option('--verbose', "print the engine's log to stderr");
}

/** What a session needs of such options. `index` false looks at what is there and indexes nothing. */
export function sessionOf(folder: string, flags: SessionFlags, index: boolean): SessionOptions {
  return {
    folder,
    index,
    verbose: flags.verbose ?? false,
    offline: flags.offline ?? false,
    ...(flags.indexDir === undefined ? {} : { indexDir: flags.indexDir }),
    ...(flags.modelsDir === undefined ? {} : { modelsDir: flags.modelsDir }),
    ...(flags.embedder === undefined && flags.device === undefined ? {} : { embedder: embedderOf(flags) }),
    ...(flags.endpoint === undefined ? {} : { endpoint: endpointOf(flags.endpoint, flags) }),
    ...(flags.chat === undefined ? {} : { chat: { ...flags.chat, key: process.env[CHAT_KEY_VARIABLE] ?? '', timeoutMs: CHAT_MS } }),
  };
}

/** In a command nothing takes the place of a model that was named. */
function embedderOf({ embedder, device }: SessionFlags): EmbedderOptions {
  return { model: embedder ?? 'auto', device: device ?? 'auto', required: embedder !== undefined };
}

/** A server with the prefixes of the command line and the key of the environment. In a command nothing else takes its place. */
export function endpointOf(choice: EndpointChoice, { queryPrefix, documentPrefix }: SessionFlags): EndpointOptions {
  return {
    ...ENDPOINT_DEFAULTS,
    ...choice,
    key: process.env[KEY_VARIABLE] ?? '',
    ...(queryPrefix === undefined ? {} : { queryPrefix }),
    ...(documentPrefix === undefined ? {} : { documentPrefix }),
    required: true,
  };
}

function endpointChoice(text: string): EndpointChoice {
  const choice = parseEndpoint(text);
  if (choice === undefined)
    throw new InvalidArgumentError(
      'It must look like openai:<model>@<url>, ollama:<model>@<url> or tei:@<url>, the address with http:// or https://.',
    );
  checkAddress(choice.url, choice.api);
  return choice;
}

function chatChoice(text: string): Pick<ChatOptions, 'url' | 'model'> {
  const [, model = '', url = ''] = /^(.*?)@(https?:\/\/.+)$/.exec(text.trim()) ?? [];
  if (url === '') throw new InvalidArgumentError('It must look like <model>@<url>, the address with http:// or https://.');
  checkAddress(url, 'chat');
  return { model, url };
}

function checkAddress(url: string, use: Parameters<typeof requestAddress>[1]): void {
  try {
    requestAddress(url, use);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
