import { setTimeout as delay } from 'node:timers/promises';
import { USER } from './backendConfig';

const POLL_MS = 100;
/** In `backend/entities.yaml`. */
const TEMPLATES = 4;

/** The portal's API, as its user asks it. */
export class PortalClient {
  readonly #addresses: Record<string, string>;
  #token = '';

  private constructor(addresses: Record<string, string>) {
    this.#addresses = addresses;
  }

  /** @param addresses - base address by plugin */
  static async open(addresses: Record<string, string>): Promise<PortalClient> {
    const client = new PortalClient(addresses);
    await client.#signIn();
    await client.#untilCatalogued();
    return client;
  }

  /** People sign in as users of the catalog, which answers before it has read anything. */
  async #signIn() {
    const refresh = `${this.#addresses.auth}/api/auth/demo/refresh`;
    for (;;) {
      const response = await fetch(refresh, {
        headers: { 'x-demo-user': USER },
      });
      if (response.ok) {
        const { backstageIdentity } = await response.json();
        this.#token = backstageIdentity.token;
        return;
      }
      await delay(POLL_MS);
    }
  }

  async #untilCatalogued() {
    const filter = 'filter=kind=template';
    for (;;) {
      const found = await this.send('GET', 'catalog', `entities?${filter}`);
      if (found.length === TEMPLATES) return;
      await delay(POLL_MS);
    }
  }

  /** Clones as a person does, and resolves when the volume is usable. */
  async clone(request: { image: object; namespace: string; name: string }) {
    await this.send('POST', 'golden-images', 'volumes', request);
    const path = `volumes/dev/${request.namespace}/${request.name}`;
    for (;;) {
      const { state } = await this.send('GET', 'golden-images', path);
      if (state === 'usable') return;
      await delay(POLL_MS);
    }
  }

  async send(
    method: string,
    plugin: string,
    path: string,
    body?: object,
  ): Promise<ReturnType<typeof JSON.parse>> {
    const response = await fetch(
      `${this.#addresses[plugin]}/api/${plugin}/${path}`,
      {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          'content-type': 'application/json',
        },
        body: body && JSON.stringify(body),
      },
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text);
  }
}
