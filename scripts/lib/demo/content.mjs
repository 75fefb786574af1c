import { setTimeout } from 'node:timers/promises';

const POLL_INTERVAL_MS = 300;
const TIMEOUT_MS = 120_000;

/** What must be in the catalog before anybody can start. */
const ENTITIES = [
  'user:default/paula',
  'user:default/dana',
  'user:default/tom',
  'group:default/platform',
  'group:default/team-a',
  'group:default/team-b',
  'component:default/web-shop',
  'component:default/orders',
  'component:default/warehouse',
  'template:default/component-with-disk',
  'template:default/import-golden-image',
];

/** Looks again and again until `look` answers something true. */
export async function until(look, what, signal) {
  const beganAtMs = Date.now();
  let error;
  while (Date.now() - beganAtMs < TIMEOUT_MS) {
    signal.throwIfAborted();
    try {
      const seen = await look();
      if (seen) return seen;
      error = undefined;
    } catch (caught) {
      error = caught;
    }
    await setTimeout(POLL_INTERVAL_MS, undefined, { signal });
  }
  throw new Error(
    `${what}: not there after ${TIMEOUT_MS / 1000} s${
      error ? ` (${error.message})` : ''
    }`,
  );
}

/** Waits until the portal answers and its catalog has the demo's content. */
export async function waitForCatalog(client, signal) {
  await until(() => client.isReady(), 'The backend', signal);
  await until(
    async () => {
      const { items } = await client.request('catalog/entities/by-refs', {
        method: 'POST',
        body: { entityRefs: ENTITIES, fields: ['kind'] },
      });
      return items.every(Boolean);
    },
    "The catalog's content",
    signal,
  );
}
