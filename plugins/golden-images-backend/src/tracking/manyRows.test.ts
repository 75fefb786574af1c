import Knex, { type Knex as KnexType } from 'knex';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TrackedStore } from '../database';
import { SqliteThread } from '../database/SqliteThread';
import { RESOURCES } from '../kubernetes';
import type { Tracking } from './Tracking';
import { FakeCluster } from './__testUtils__/FakeCluster';
import { IMAGES, startTracking, until } from './__testUtils__/startTracking';
import { World } from './__testUtils__/world';

jest.setTimeout(60_000);

/** More than are derived and written together, several times. */
const CLONES = 1_300;
const SOURCE = 'data';

describe('many rows at once, on disk', () => {
  let folder: string;
  let knex: KnexType;
  let tracking: Tracking;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'golden-images-many-'));
    knex = Knex({
      client: 'better-sqlite3',
      connection: { filename: join(folder, 'golden-images.sqlite') },
      useNullAsDefault: true,
    });
  });
  afterEach(async () => {
    await tracking.stop();
    await knex.destroy();
    rmSync(folder, { recursive: true });
  });

  const copyOf = (name: string) => ({
    spec: { dataSource: { kind: 'PersistentVolumeClaim', name } },
  });
  const clones = async () => {
    const rows = await tracking.reader.listVolumes({ namespace: IMAGES });
    return rows.filter(({ object }) => object.name !== SOURCE);
  };

  /** The next rows are read before those that were derived are in the database. */
  function writeLate() {
    const write = TrackedStore.prototype.write;
    return jest
      .spyOn(TrackedStore.prototype, 'write')
      .mockImplementation(async function late(this: TrackedStore, ...args) {
        for (let i = 0; i < 50; i += 1) await nextTurn();
        return write.apply(this, args);
      });
  }

  it('show what they were copied from, whichever was derived first', async () => {
    const written = jest.spyOn(SqliteThread.prototype, 'write');
    const late = writeLate();
    const cluster = new FakeCluster();
    const world = new World(cluster);
    // Claims come in the order of their names: some before their source, most after.
    for (let i = 0; i < CLONES; i += 1) {
      const name = `${i % 4 === 0 ? 'a' : 'e'}-${i}`;
      world.boundClaim(IMAGES, name, copyOf(SOURCE));
    }
    world.boundClaim(IMAGES, SOURCE, {});
    const { uid } = cluster.change(
      RESOURCES.claims,
      IMAGES,
      SOURCE,
      {},
    ).metadata;
    ({ tracking } = await startTracking(knex, [cluster]));
    await until('all clones are shown', async () => {
      return (await clones()).length === CLONES;
    });
    await until(
      'all clones show the claim that they were copied from',
      async () =>
        (await clones()).every(({ object }) => object.source?.uid === uid),
    );
    expect(written).toHaveBeenCalled();

    // One line for each, though their volumes go while that is being written.
    const gone = Array.from({ length: CLONES / 4 }, (_, i) => `a-${i * 4}`);
    const before = late.mock.calls.length;
    for (const name of gone) cluster.remove(RESOURCES.claims, IMAGES, name);
    await until('they are being written', async () => {
      return late.mock.calls.length > before;
    });
    for (const name of gone) {
      const volume = `pvc-of-${IMAGES}-${name}`;
      cluster.remove(RESOURCES.persistentVolumes, undefined, volume);
    }
    await until('the deleted ones are gone', async () => {
      return (await clones()).length === CLONES - gone.length;
    });
    late.mockRestore();
    written.mockRestore();
    const lines = await knex('activity').where({ action: 'deleted' });
    expect(lines.map(({ name }) => name).sort()).toEqual([...gone].sort());
  });
});
