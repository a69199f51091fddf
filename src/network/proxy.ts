/** Which proxy serves an address, by a setting or by the environment's usual variables. */
export interface ProxySettings {
  /** Address of a proxy; empty leaves it to the environment. */
  readonly proxy: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The proxy's address, or undefined for a direct connection. Lower-case names win, as everywhere; `NO_PROXY` counts for a setting too. */
export function proxyFor(url: URL, { proxy, env }: ProxySettings): URL | undefined {
  const read = (name: string): string => env[name.toLowerCase()] || env[name.toUpperCase()] || '';
  if (isExcepted(url, read('no_proxy'))) return undefined;
  const address = proxy || read(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || read('all_proxy');
  if (address === '') return undefined;
  const full = address.includes('://') ? address : `http://${address}`;
  const parsed = URL.canParse(full) ? new URL(full) : undefined;
  return parsed?.protocol === 'http:' || parsed?.protocol === 'https:' ? parsed : undefined;
}

/** Entries are names, with or without a port; a name stands for its subdomains as well, `*` for everything. */
function isExcepted(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? [];
      if (onlyPort !== undefined && onlyPort !== port) return false;
      return host === name || host.endsWith(`.${name}`);
    });
}
