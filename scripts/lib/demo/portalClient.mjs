/** HTTP client of the portal, signed in as one of the demo's people. */
export class PortalClient {
  #baseUrl;
  #entityRef;
  #token;

  constructor({ baseUrl, entityRef }) {
    this.#baseUrl = baseUrl;
    this.#entityRef = entityRef;
  }

  /** Whether the backend answers that it is ready. */
  async isReady() {
    const response = await fetch(
      `${this.#baseUrl}/.backstage/health/v1/readiness`,
    ).catch(() => undefined);
    return response?.ok ?? false;
  }

  /** @throws Error with the server's own message */
  async request(path, { method = 'GET', body } = {}) {
    this.#token ??= await this.#signIn();
    const response = await fetch(`${this.#baseUrl}/api/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    return readJson(response);
  }

  async #signIn() {
    const response = await fetch(`${this.#baseUrl}/api/auth/demo/refresh`, {
      headers: { 'x-demo-user': this.#entityRef },
    });
    return (await readJson(response)).backstageIdentity.token;
  }
}

async function readJson(response) {
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  let message = text.slice(0, 500);
  try {
    message = JSON.parse(text).error.message;
  } catch {
    // Not Backstage's error format: the text itself has to do.
  }
  throw new Error(`${response.status} ${response.url}: ${message}`);
}
