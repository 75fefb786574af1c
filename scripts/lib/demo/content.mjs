import { until } from './until.mjs';

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
