import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { refusalOfImportUrl } from '@golden-images/plugin-golden-images-common';
import type { AllowedImportSource } from '../config/types';
import { redactUrl } from '../state';
import { refusalOfAddress } from './addressRules';

const RESOLVE_TIMEOUT_MS = 3000;
const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/** Addresses of a host; empty when it does not resolve here. */
export type ResolveHost = (host: string) => Promise<string[]>;

/** Where a URL that is allowed is reached. */
export interface ImportRoute {
  /** None where the name does not resolve here. */
  addresses: string[];
  port: number;
}

/**
 * Which URLs a cluster may be told to download. CDI takes any, including the
 * metadata service of a cloud (CDI 1.66), so that this is our duty. An entry
 * opens exactly itself: host, port and path prefix; private addresses only
 * where it says so. It trusts the host it names, where that redirects to
 * included.
 */
export class ImportAllowList {
  readonly #entries: AllowedImportSource[];
  readonly #resolve: ResolveHost;

  constructor(
    entries: AllowedImportSource[],
    options?: { resolve?: ResolveHost },
  ) {
    this.#entries = entries;
    this.#resolve = options?.resolve ?? resolveHost;
  }

  /**
   * Why this URL is refused, and what to do; `undefined` when it is allowed.
   *
   * @param field - of the request that holds it
   */
  async refusal(
    text: string,
    field = 'source.http.url',
  ): Promise<string | undefined> {
    const judgement = await this.judge(text, field);
    return 'refusal' in judgement ? judgement.refusal : undefined;
  }

  /**
   * The same with the addresses that were judged: who connects to them, and to
   * no others, is not led elsewhere by a name that resolves anew.
   */
  async judge(
    text: string,
    field = 'source.http.url',
  ): Promise<{ refusal: string } | { route: ImportRoute }> {
    const spelling = refusalOfImportUrl(text);
    if (spelling) return { refusal: `${field}: ${spelling}` };
    const url = new URL(text);
    const port = Number(url.port || DEFAULT_PORTS[url.protocol]);
    const matching = this.#entries.filter(
      entry =>
        entry.host === url.hostname &&
        (entry.port ?? DEFAULT_PORTS[url.protocol]) === port &&
        (!entry.paths || entry.paths.some(path => opensPath(path, url))),
    );
    if (matching.length === 0) {
      return {
        refusal: `${field}: importing from ${redactUrl(
          text,
        )} is not allowed. An administrator can add host "${
          url.hostname
        }" and port ${port} below goldenImages.imports.allow in the configuration of Backstage`,
      };
    }
    const addresses = await this.#addressesOf(url.hostname);
    const ranges = matching.flatMap(entry => entry.allowAddresses);
    const refusals = addresses
      .map(address => refusalOfAddress(address, ranges))
      .filter(refusal => refusal !== undefined);
    if (refusals.length > 0) {
      return {
        refusal: `${field}: host "${url.hostname}" is refused: ${refusals.join(
          '; ',
        )}. An administrator can allow private addresses below goldenImages.imports.allow[].allowAddresses`,
      };
    }
    const reachedAt = matching.find(entry => entry.reachedAt)?.reachedAt;
    return {
      route: reachedAt
        ? { addresses: [reachedAt.address], port: reachedAt.port }
        : { addresses, port },
    };
  }

  async #addressesOf(hostname: string): Promise<string[]> {
    const literal = hostname.replace(/^\[(.*)\]$/, '$1');
    // A name that does not resolve here may resolve in the cluster, and it is
    // on the list; what it resolves to there is that network's business.
    return isIP(literal) ? [literal] : this.#resolve(hostname);
  }
}

function opensPath(prefix: string, url: URL): boolean {
  // Some servers decode these before they look at the path.
  if (/%(2e|2f|5c|25)/i.test(url.pathname) || url.pathname.includes('//')) {
    return false;
  }
  return prefix.endsWith('/')
    ? url.pathname.startsWith(prefix)
    : url.pathname === prefix || url.pathname.startsWith(`${prefix}/`);
}

async function resolveHost(host: string): Promise<string[]> {
  const timeout = new AbortController();
  try {
    return await Promise.race([
      lookup(host, { all: true }).then(found =>
        found.map(({ address }) => address),
      ),
      delay(RESOLVE_TIMEOUT_MS, [], { signal: timeout.signal }),
    ]);
  } catch {
    return [];
  } finally {
    timeout.abort();
  }
}
