import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';

/** Whoever has not answered by then never will, and is asked anew. */
const HOPELESS_MS = 60_000;

interface Asked {
  config: KubeConfig;
  atMs: number;
  options: Promise<RequestOptions>;
}

/**
 * The TLS and header options of a kubeconfig's user. A credential plugin is a
 * program, which may take long or hang: it runs once for all requests that wait
 * for it, and none of them waits for ever.
 */
export class RequestCredentials {
  readonly #timeoutMs: number;
  #asked?: Asked;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** @throws Error when there are none in time, or when the signal is aborted */
  async of(config: KubeConfig, signal?: AbortSignal): Promise<RequestOptions> {
    signal?.throwIfAborted();
    const { options } = this.#ask(config);
    let stop = () => {};
    const given = new Promise<never>((_, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`none within ${this.#timeoutMs / 1000} s`)),
        this.#timeoutMs,
      );
      const abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort);
      stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
    });
    try {
      return await Promise.race([options, given]);
    } finally {
      stop();
    }
  }

  #ask(config: KubeConfig): Asked {
    const waiting = this.#asked;
    const nowMs = performance.now();
    if (waiting?.config === config && nowMs - waiting.atMs < HOPELESS_MS) {
      return waiting;
    }
    const asked = { config, atMs: nowMs, options: optionsOf(config) };
    const over = () => {
      if (this.#asked === asked) this.#asked = undefined;
    };
    asked.options.then(over, over);
    this.#asked = asked;
    return asked;
  }
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}
