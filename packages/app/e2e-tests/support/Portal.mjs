import { PortalClient } from '../../../../scripts/lib/demo/portalClient.mjs';

/** The portal's API, for what people could do around its pages. */
export class Portal {
  #client;

  /** @param entityRef - one of the demo's people */
  constructor(url, entityRef) {
    this.#client = new PortalClient({ baseUrl: url, entityRef });
  }

  /** Starts a task with values that the form may not offer; its id. */
  async startTask(template, values) {
    const { id } = await this.#client.request('scaffolder/v2/tasks', {
      method: 'POST',
      body: { templateRef: `template:default/${template}`, values },
    });
    return id;
  }

  async taskStatus(id) {
    return (await this.#client.request(`scaffolder/v2/tasks/${id}`)).status;
  }

  /** What the task's log says, a line for each entry. */
  async taskLog(id) {
    const events = await this.#client.request(
      `scaffolder/v2/tasks/${id}/events`,
    );
    return events
      .map(({ createdAt, body }) =>
        [createdAt, body.stepId, body.message].filter(Boolean).join(' '),
      )
      .join('\n');
  }

  async imageNames() {
    const { items } = await this.#client.request('golden-images/images');
    return items.map(({ image }) => image).sort();
  }

  /** Asks for a clone of the demo's first image in a namespace of team A. */
  async askForDisk(name, entityRef) {
    await this.#client.request('golden-images/volumes', {
      method: 'POST',
      body: {
        image: { name: 'demo-linux' },
        namespace: 'team-a-dev',
        name,
        entityRef,
      },
    });
  }

  /** Withdraws the current version of an image, and retires it. */
  async retire(image, version) {
    const images = 'golden-images/images/sandbox/golden-images';
    await this.#client.request(`${images}/${image}/current`, {
      method: 'DELETE',
    });
    await this.#client.request(`${images}/${image}-${version}`, {
      method: 'DELETE',
    });
  }

  /** States by name of the volumes of a namespace. */
  async volumes(namespace) {
    const { items } = await this.#client.request(
      `golden-images/volumes?cluster=sandbox&namespace=${namespace}`,
    );
    return Object.fromEntries(items.map(({ name, state }) => [name, state]));
  }

  /** Whether the catalog has it. */
  async hasEntity(entityRef) {
    const { items } = await this.#client.request('catalog/entities/by-refs', {
      method: 'POST',
      body: { entityRefs: [entityRef] },
    });
    return items[0] !== null;
  }
}
