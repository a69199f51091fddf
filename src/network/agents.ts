import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { type ProxySettings, proxyFor } from './proxy.ts';

/** How to reach an address: an agent, and the proxy's host for messages (empty without one). */
export interface Route {
  readonly agent: http.Agent;
  readonly proxy: string;
}

/**
 * The agent for an address. Node's own agents learn of proxies only from 24.5 and 22.21 on, and editors run older ones, so a library
 * makes the tunnel on every version. Agents keep no connection unless asked to: a download is few requests, a model server gets many.
 */
export function routeTo(url: URL, settings: ProxySettings, keepAlive = false): Route {
  const proxy = proxyFor(url, settings);
  const secure = url.protocol === 'https:';
  const ca = certificates();
  const trust = { keepAlive, ...(ca === undefined ? {} : { ca: [...ca] }) };
  if (proxy === undefined) return { agent: secure ? new https.Agent(trust) : new http.Agent({ keepAlive }), proxy: '' };
  // The option is for the connection to the proxy; the one inside the tunnel takes those of the request.
  const agent = secure ? new HttpsProxyAgent(proxy, trust) : new HttpProxyAgent(proxy, trust);
  return { agent, proxy: proxy.host };
}

let known: readonly string[] | undefined;

/**
 * Certificates to trust: Node's, those of `NODE_EXTRA_CA_CERTS`, and the system's store. Undefined, which means the first two, where
 * Node cannot read the store (before 22.15).
 */
export function certificates(): readonly string[] | undefined {
  if (known !== undefined) return known;
  if (typeof tls.getCACertificates !== 'function') return undefined;
  try {
    known = [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])];
  } catch {
    // A store that cannot be read leaves the certificates that Node brings.
    return undefined;
  }
  return known;
}
