import type { Knex } from 'knex';
import { testDatabases } from './__testUtils__/testDatabases';
import { LeaseStore, type Fence } from './LeaseStore';
import { migrateDatabase } from './migrateDatabase';
import { ViewStore } from './ViewStore';
import type { ViewLinks, ViewRecord } from './viewRows';

const databases = testDatabases();

const KINDS = {
  dataVolume: 'DataVolume',
  claim: 'Claim',
  persistentVolume: 'PersistentVolume',
  longhornVolume: 'LonghornVolume',
};

function view(
  kind: string,
  objectKey: string,
  links: ViewLinks = {},
): ViewRecord {
  return {
    kind,
    objectKey,
    feed: kind,
    name: objectKey,
    uid: `uid of ${kind} ${objectKey}`,
    resourceVersion: '1',
    links,
    seenAtMs: 5,
    document: { says: `${kind} ${objectKey}` },
  };
}

const seen = (kind: string, objectKey: string) => ({
  uid: `uid of ${kind} ${objectKey}`,
  seenAtMs: 5,
  document: { says: `${kind} ${objectKey}` },
});

describe.each(databases.eachSupportedId())('chains of claims on %s', id => {
  let knex: Knex;
  let views: ViewStore;

  beforeEach(async () => {
    knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    views = new ViewStore(knex);
  });
  afterEach(async () => {
    await knex.destroy();
  });

  async function fenceOf(cluster: string): Promise<Fence> {
    const leases = new LeaseStore(knex);
    const fence = await leases.take(cluster, 'me', undefined, 0);
    if (!fence) throw new Error('the lease is free');
    return fence;
  }

  it('follow the links as far as they lead, within the cluster', async () => {
    await views.apply(
      await fenceOf('c1'),
      [
        view('DataVolume', 'ns/whole'),
        view('Claim', 'ns/whole', { volumeName: 'pv-1' }),
        view('PersistentVolume', 'pv-1', { volumeHandle: 'lh-1' }),
        view('LonghornVolume', 'lh-1', { copySource: 'lh-0' }),
        view('DataVolume', 'ns/unclaimed'),
        view('Claim', 'ns/elsewhere', { volumeName: 'pv-2' }),
      ],
      [],
    );
    await views.apply(
      await fenceOf('c2'),
      [view('PersistentVolume', 'pv-2')],
      [],
    );
    const chains = await views.findChains(
      'c1',
      ['ns/whole', 'ns/unclaimed', 'ns/elsewhere', 'ns/nothing'],
      KINDS,
    );
    expect(Object.fromEntries(chains)).toEqual({
      'ns/whole': {
        dataVolume: seen('DataVolume', 'ns/whole'),
        claim: seen('Claim', 'ns/whole'),
        persistentVolume: seen('PersistentVolume', 'pv-1'),
        longhornVolume: seen('LonghornVolume', 'lh-1'),
        copySource: 'lh-0',
      },
      'ns/unclaimed': { dataVolume: seen('DataVolume', 'ns/unclaimed') },
      'ns/elsewhere': { claim: seen('Claim', 'ns/elsewhere') },
      'ns/nothing': {},
    });
  });
});
