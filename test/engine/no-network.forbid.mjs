// Put in front of every process and thread of the product by no-network.test.ts: opening a socket to anywhere throws and is noted.
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import { isMainThread } from 'node:worker_threads';

const log = process.env.QUARRY_TEST_SOCKETS;

function refuse(name) {
  return function forbidden() {
    fs.appendFileSync(log, `${name}\n`);
    throw new Error(`${name} is forbidden in this test`);
  };
}

for (const [module, label, names] of [
  [net, 'net', ['connect', 'createConnection', 'createServer']],
  [tls, 'tls', ['connect', 'createServer']],
  [dgram, 'dgram', ['createSocket']],
  [http, 'http', ['request', 'get', 'createServer']],
  [https, 'https', ['request', 'get', 'createServer']],
  [dns, 'dns', ['lookup', 'resolve']],
])
  for (const name of names) module[name] = refuse(`${label}.${name}`);
net.Socket.prototype.connect = refuse('Socket.connect');
net.Server.prototype.listen = refuse('Server.listen');
globalThis.fetch = refuse('fetch');
syncBuiltinESMExports();
fs.appendFileSync(log, isMainThread ? 'process\n' : 'thread\n');
