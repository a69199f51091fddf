import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { doUpkeepJob } from '../store/index.ts';
import { endWithParent } from './parentWatch.ts';
import { DoUpkeep, UpkeepMemory } from './workerProtocol.ts';

/** Entry of the upkeep process: a loop around the jobs. It is ended from outside, in the middle of one too; a table then has the versions that were committed. */
const MEMORY_MS = 500;

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
connection.onRequest(DoUpkeep, async (job) => (await doUpkeepJob(job)) ?? null);
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
endWithParent();
connection.listen();
setInterval(() => void connection.sendNotification(UpkeepMemory, process.memoryUsage.rss()), MEMORY_MS);
