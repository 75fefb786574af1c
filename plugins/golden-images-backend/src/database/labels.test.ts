import type { Knex } from 'knex';
import {
  DatabaseReader,
  LeaseStore,
  StatusStore,
  TrackedStore,
  ViewStore,
  migrateDatabase,
  type Fence,
  type LabelRequirement,
  type TrackedRecord,
} from './index';
import { volumeRecord } from './__testUtils__/records';
import { testDatabases } from './__testUtils__/testDatabases';

jest.setTimeout(60_000);

const databases = testDatabases();

function volume(
  cluster: string,
  namespace: string,
  name: string,
  labels?: Record<string, string>,
): TrackedRecord {
  return { ...volumeRecord(name, { cluster, namespace }), labels };
}

describe.each(databases.eachSupportedId())('labels on %s', id => {
  let knex: Knex;
  let tracked: TrackedStore;
  let reader: DatabaseReader;
  let fences: Record<string, Fence>;

  beforeEach(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    const leases = new LeaseStore(knex);
    tracked = new TrackedStore(knex);
    reader = new DatabaseReader(knex, {
      views: new ViewStore(knex),
      statuses: new StatusStore(knex),
    });
    fences = {};
    for (const cluster of ['c1', 'c2']) {
      const fence = await leases.take(cluster, 'one', undefined, 0);
      if (!fence) throw new Error('the first lease is free');
      fences[cluster] = fence;
    }
    await tracked.write(
      fences.c1,
      [
        volume('c1', 'a', 'db', { app: 'orders', tier: 'db' }),
        volume('c1', 'a', 'cache', { app: 'orders', tier: 'cache' }),
        volume('c1', 'b', 'db', { app: 'billing', tier: 'db' }),
        volume('c1', 'b', 'bare', {}),
        volume('c1', 'b', 'unknown'),
      ],
      [],
    );
    await tracked.write(
      fences.c2,
      [volume('c2', 'a', 'db', { app: 'orders', retired: '' })],
      [],
    );
  });
  afterEach(async () => {
    await knex.destroy();
  });

  const select = async (
    requirements: LabelRequirement[],
    where: { clusters?: string[]; namespace?: string } = {},
  ) => {
    const rows = await reader.selectVolumes({
      requirements,
      clusters: ['c1', 'c2'],
      ...where,
    });
    return rows.map(({ object }) =>
      [object.cluster, object.namespace, object.name].join('/'),
    );
  };
  const is = (key: string, ...values: string[]): LabelRequirement => ({
    key,
    operator: 'in',
    values,
  });
  const isNot = (key: string, ...values: string[]): LabelRequirement => ({
    key,
    operator: 'notin',
    values,
  });

  it.each<[string, LabelRequirement[], string[]]>([
    ['one value', [is('app', 'orders')], ['c1/a/cache', 'c1/a/db', 'c2/a/db']],
    [
      'one of several',
      [is('app', 'orders', 'billing'), is('tier', 'db')],
      ['c1/a/db', 'c1/b/db'],
    ],
    [
      'a label, whatever its value',
      [{ key: 'retired', operator: 'exists' }],
      ['c2/a/db'],
    ],
    [
      'other values, or no label at all',
      [{ key: 'app', operator: 'exists' }, isNot('tier', 'db')],
      ['c1/a/cache', 'c2/a/db'],
    ],
    [
      'what lacks a label',
      [is('app', 'orders'), { key: 'retired', operator: 'absent' }],
      ['c1/a/cache', 'c1/a/db'],
    ],
    [
      'negative conditions alone',
      [{ key: 'tier', operator: 'absent' }, isNot('retired', '')],
      ['c1/b/bare', 'c1/b/unknown'],
    ],
    ['nothing', [is('app', 'orders'), is('app', 'billing')], []],
  ])('selects by %s', async (_, requirements, expected) => {
    expect(await select(requirements)).toEqual(expected);
  });

  it('selects in some clusters and one namespace', async () => {
    const orders = [is('app', 'orders', 'billing')];
    expect(await select(orders, { clusters: ['c2'] })).toEqual(['c2/a/db']);
    expect(await select(orders, { namespace: 'b' })).toEqual(['c1/b/db']);
    expect(await select(orders, { clusters: [] })).toEqual([]);
  });

  it('follows what rows say of their labels', async () => {
    await tracked.write(
      fences.c1,
      [
        volume('c1', 'a', 'db', { app: 'billing' }),
        volume('c1', 'a', 'cache', { app: 'orders', tier: 'cache' }),
        volume('c1', 'b', 'bare', { app: 'orders' }),
      ],
      ['b/db'],
    );
    expect(await select([is('app', 'orders')])).toEqual([
      'c1/a/cache',
      'c1/b/bare',
      'c2/a/db',
    ]);
    expect(await select([is('tier', 'db')])).toEqual([]);
    expect(await select([is('app', 'billing')])).toEqual(['c1/a/db']);
    const record = (await tracked.load('c1', ['a/db'])).get('a/db');
    expect(record?.labels).toEqual({ app: 'billing' });
    // A row that is gone leaves nothing behind.
    const left = await knex('tracked_labels').where({ namespace: 'b' });
    expect(left.map(row => row.name)).toEqual(['bare']);
  });

  it('reads no more rows than it finds', async () => {
    const asked: { sql: string; bindings: string[] }[] = [];
    knex.on('query', query => asked.push(query));
    await select([isNot('tier', 'cache'), is('app', 'orders')]);
    const query = asked.find(({ sql }) => sql.includes('tracked_labels'));
    if (!query) throw new Error('labels were not asked');
    const plan = await knex.transaction(async trx => {
      if (knex.client.config.client !== 'pg') {
        return trx.raw(`explain query plan ${query.sql}`, query.bindings);
      }
      await trx.raw('set local enable_seqscan = off');
      // Numbered parameters are the driver's, question marks those of knex.
      const sql = query.sql.replace(/\$\d+/g, '?');
      return (await trx.raw(`explain ${sql}`, query.bindings)).rows;
    });
    const text = JSON.stringify(plan);
    expect(text).toMatch(/tracked_labels_label_value_index/);
    expect(text).toMatch(/tracked_objects_(pkey|1)/);
    expect(text).not.toMatch(/SCAN tracked|kind_cluster_namespace/i);
  });
});
