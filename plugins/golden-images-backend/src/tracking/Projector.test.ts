import {
  LeaseStore,
  TrackedStore,
  ViewStore,
  migrateDatabase,
} from '../database';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import type { DeriveContext } from './deriveRow';
import { Projector } from './Projector';

const databases = testDatabases();

describe.each(databases.eachSupportedId())('Projector on %s', id => {
  async function setUp(onDerived: (projector: Projector) => void) {
    const knex = await databases.init(id);
    await migrateDatabase({ getClient: async () => knex });
    const fence = await new LeaseStore(knex).take('c1', 'me', undefined, 0);
    if (!fence) throw new Error('the lease is free');
    const projector: Projector = new Projector({
      cluster: 'c1',
      views: new ViewStore(knex),
      tracked: new TrackedStore(knex),
      fence,
      context: () => ({} as DeriveContext),
      nowMs: () => 0,
      onDerived: () => onDerived(projector),
      onChange: () => undefined,
      onError: error => {
        throw error;
      },
      onUnderivable: () => undefined,
    });
    await projector.open();
    return { projector, close: () => knex.destroy() };
  }

  it('derives one row however much else changes', async () => {
    let rounds = 0;
    const { projector, close } = await setUp(self => {
      rounds += 1;
      if (rounds < 50) self.mark('ns/busy');
    });
    projector.mark('ns/busy');
    await projector.derive('ns/disk');
    expect(rounds).toBeLessThan(5);
    await projector.settled();
    expect(rounds).toBe(50);
    await projector.close();
    await close();
  });

  it('leaves nobody waiting when it is closed', async () => {
    const { projector, close } = await setUp(() => undefined);
    projector.mark('ns/busy');
    const derived = projector.derive('ns/disk');
    await projector.close();
    await expect(derived).resolves.toBeUndefined();
    await expect(projector.derive('ns/disk')).resolves.toBeUndefined();
    await close();
  });
});
