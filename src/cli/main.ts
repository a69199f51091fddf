import { Command, CommanderError, Option } from 'commander';
import { ResponseError } from 'vscode-jsonrpc';
import { batch } from './batch.ts';
import { cleanCommand, wipeCommand } from './cleaning.ts';
import { filesCommand, indexCommand, searchCommand, similarCommand, statusCommand } from './commands.ts';
import { compareCommand } from './compare.ts';
import { doctorCommand } from './doctor.ts';
import { evaluate } from './eval/evaluate.ts';
import { withSessionFlags } from './flags.ts';
import { addModelCommands } from './models.ts';
import { collect, hopsOption, list, withSearchOptions } from './options.ts';
import { UsageError } from './usage.ts';

/** Entry of the command line: arguments to a command, a command's outcome to an exit code. */
declare const QUARRY_VERSION: string;

/** The wrong number of arguments, which is mostly a question without quotes. */
const ARGUMENT_ERRORS: ReadonlySet<string> = new Set(['commander.missingArgument', 'commander.excessArguments']);

/** What commander says, as one sentence. */
function plain({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/(?<![.!?)])$/, '.');
}

/** A question has several words, and a shell takes each for an argument. */
function quoted(usage: string): string {
  return usage.replace('<question>', '"<question>"');
}

function program(finish: (code: number) => void): Command {
  const quarry = new Command('quarry')
    .description('Ask your code in plain words: local semantic search, no key, no server, no network.')
    .version(QUARRY_VERSION, '-v, --version')
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  const add = (usage: string, description: string): Command =>
    quarry
      .command(usage)
      .description(description)
      .exitOverride((error) => {
        throw ARGUMENT_ERRORS.has(error.code) ? new UsageError(`${plain(error)} Usage: quarry ${quoted(usage)}`) : error;
      })
      .configureOutput({ outputError: () => undefined })
      .showHelpAfterError(false);
  withSearchOptions(add('search <folder> <question>', 'answer one question'))
    .option('--json', 'print one JSON object')
    .option('--explain', 'print the reasons for every place')
    .action(async (folder, question, options) => finish(await searchCommand(folder, question, options)));
  withSearchOptions(add('similar <folder> <place>', 'find code like the code at a place, such as src/upload.ts:10-42'))
    .option('--json', 'print one JSON object')
    .option('--explain', 'print the reasons for every place')
    .action(async (folder, place, options) => finish(await similarCommand(folder, place, options)));
  withSessionFlags(add('index <folder>', 'bring the index in step with the folder'))
    .option('--watch', 'then follow changes until Ctrl+C')
    .option('--json', 'print the status as JSON')
    .action(async (folder, options) => finish(await indexCommand(folder, options)));
  withSessionFlags(add('status <folder>', 'say what the index holds'))
    .option('--json', 'print the status as JSON')
    .action(async (folder, options) => finish(await statusCommand(folder, options)));
  withSessionFlags(add('files <folder>', 'list the files that are indexed'))
    .option('--skipped', 'list the others, with the reason')
    .option('--why <path>', 'say why one file is indexed or not')
    .option('--json', 'print everything as JSON')
    .action(async (folder, options) => finish(await filesCommand(folder, options)));
  withSessionFlags(add('doctor <folder>', 'check the index and say what to do'))
    .option('--json', 'print the checks as JSON')
    .action(async (folder, options) => finish(await doctorCommand(folder, options)));
  withSessionFlags(add('clean <folder>', 'compact the index, remove what is not needed'))
    .option('--json', 'print the outcome as JSON')
    .action(async (folder, options) => finish(await cleanCommand(folder, options)));
  withSessionFlags(add('wipe <folder>', 'delete the index'))
    .option('--yes', 'do not ask')
    .option('--json', 'print the outcome as JSON')
    .action(async (folder, options) => finish(await wipeCommand(folder, options)));
  withSearchOptions(add('batch <folder>', 'answer many questions, one JSON object a line'))
    .requiredOption('--queries <file>', 'JSON lines with "query" and an optional "id"; - reads standard input')
    .option('--out <file>', 'where the answers go (default: standard output)')
    .action(async (folder, options) => finish((await batch(folder, options)) > 0 ? 0 : 1));
  withSessionFlags(add('compare <folder>', 'ask the same questions of several models'))
    .requiredOption('--models <list>', 'embedders, rerankers, <embedder>+<reranker>, or keyword; separated by commas', list, [])
    .requiredOption('--queries <file>', 'one question a line, plain or as JSON with "query" and "relevant" places')
    .option('--gold <file>', 'JSON lines with the "relevant" places of the questions, by "id" or "query"')
    .option('--json', 'print the comparison as JSON')
    .action(async (folder, options) => finish(await compareCommand(folder, options)));
  withSessionFlags(add('mcp [folder]', 'serve an agent over standard input and output (Model Context Protocol)')).action(
    async (folder, options) => {
      // Only an agent needs the protocol's library.
      const { mcpCommand } = await import('./mcp/serve.ts');
      finish(await mcpCommand(folder ?? '.', options, QUARRY_VERSION));
    },
  );
  withSessionFlags(add('eval', 'measure the answers on evaluation sets'))
    .requiredOption('--set <path>', 'a set, or a folder of sets')
    .requiredOption('--repo-dir <dir>', 'where the work trees are that the sets name')
    .addOption(new Option('--mode <mode>', 'how to search').choices(['hybrid', 'semantic', 'keyword']).default('hybrid'))
    .addOption(new Option('--rows <rows>', 'instead of what each set says').choices(['symbol', 'file']))
    .option('--without <stage>', 'leave a ranking stage out; may be repeated', collect, [])
    .addOption(hopsOption())
    .option('--only <name>', 'only sets whose name holds this')
    .option('--save <file>', 'keep the run')
    .option('--against <file>', 'compare with a kept run')
    .option('--json', 'print the run as JSON')
    .action(async (options) => finish(await evaluate(options)));
  addModelCommands(quarry, finish);
  return quarry;
}

async function run(argv: readonly string[]): Promise<number> {
  let code = 0;
  try {
    await program((outcome) => {
      code = outcome;
    }).parseAsync(argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // Commander says "(outputHelp)" when no command was given; its help has been printed then.
      const more =
        error.code === 'commander.unknownCommand' && !error.message.includes('Did you mean') ? ' --help lists what there is.' : '';
      if (error.code !== 'commander.help') process.stderr.write(`${plain(error)}${more}\n`);
      return 2;
    }
    process.stderr.write(`${sentenceOf(error)}\n`);
    return error instanceof UsageError || error instanceof ResponseError ? 2 : 3;
  }
}

/** One line for a person, never a stack trace. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}

// A closed pipe (`quarry files . | head`) is an ordinary end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await run(process.argv);
