import {
  ANNOTATIONS,
  LABELS,
  type Volume,
} from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import type { CloneRequestRow } from '../database';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import type { Tracking } from '../tracking';
import { FakeCluster } from '../tracking/__testUtils__/FakeCluster';
import {
  IMAGES,
  startTracking,
  until,
} from '../tracking/__testUtils__/startTracking';
import { TestTiming } from '../tracking/__testUtils__/TestTiming';
import { World } from '../tracking/__testUtils__/world';
import type { TurnOutcome } from './CloneTurns';

jest.setTimeout(60_000);

const { claims, longhornVolumes } = RESOURCES;
const WIDTH = 5;
const databases = testDatabases();

describe.each(databases.eachSupportedId())('turns of clones on %s', id => {
  let knex: Knex;
  let cluster: FakeCluster;
  let world: World;
  let timing: TestTiming;
  const started: Tracking[] = [];
  /** Names in the order in which they were written. */
  let written: string[];
  let mostUnfinished: number;
  const unfinished = new Set<string>();

  beforeEach(async () => {
    knex = await databases.init(id);
    cluster = new FakeCluster();
    world = new World(cluster);
    timing = new TestTiming();
    written = [];
    mostUnfinished = 0;
    unfinished.clear();
  });
  afterEach(async () => {
    for (const each of started.splice(0)) await each.stop();
    await knex.destroy();
  });

  /** What this product would write, copying from now on. */
  function write(row: CloneRequestRow): string {
    const { namespace, name, requestHash } = row;
    written.push(`${namespace}/${name}`);
    unfinished.add(`${namespace}/${name}`);
    mostUnfinished = Math.max(mostUnfinished, unfinished.size);
    const claim = world.boundClaim(
      namespace,
      name,
      {
        labels: { [LABELS.role]: 'clone' },
        annotations: { [ANNOTATIONS.requestHash]: requestHash },
        spec: { dataSource: { kind: 'PersistentVolumeClaim', name: 'base' } },
      },
      {
        spec: { dataSource: 'vol://base' },
        status: { cloneStatus: { state: 'initiated', sourceVolume: 'base' } },
      },
    );
    return claim.metadata.uid ?? '';
  }

  function finish(key: string) {
    unfinished.delete(key);
    const volume = `pvc-of-${key.replace('/', '-')}`;
    cluster.change(longhornVolumes, 'longhorn-system', volume, {
      status: { cloneStatus: { state: 'completed' } },
    });
  }

  const existing = async (row: CloneRequestRow) =>
    (
      await cluster.get({
        type: claims,
        namespace: row.namespace,
        name: row.name,
      })
    )?.metadata.uid;

  const writeOnce = async (row: CloneRequestRow): Promise<TurnOutcome> => ({
    outcome: 'written',
    uid: (await existing(row)) ?? write(row),
  });

  async function start(
    carryOut: (row: CloneRequestRow) => Promise<TurnOutcome> = writeOnce,
    widthPerImage = WIDTH,
  ): Promise<Tracking> {
    const { tracking } = await startTracking(knex, [cluster], timing, {
      clones: {
        width: WIDTH,
        widthPerImage,
        unboundMs: 600_000,
        unknownCopyMs: 600_000,
        maxWaitMs: 3_600_000,
      },
    });
    started.push(tracking);
    tracking.queue.carryOutWith(carryOut);
    await until('it is connected', async () => {
      const [status] = await tracking.clusterStatus('c1');
      return status.connection === 'connected';
    });
    return tracking;
  }

  const ask = (
    tracking: Tracking,
    namespace: string,
    name: string,
    image = 'base',
  ) =>
    tracking.queue.enter({
      cluster: 'c1',
      namespace,
      name,
      requestHash: `hash-${namespace}-${name}`,
      requestedBy: 'user:default/dora',
      entityRef: 'component:default/orders',
      imageKey: `${IMAGES}/${image}`,
      request: {},
      document: volumeOf(namespace, name),
    });

  /** As a request does that gets its slot at once. */
  async function askAndWrite(
    tracking: Tracking,
    namespace: string,
    name: string,
  ) {
    const { outcome, row } = await ask(tracking, namespace, name);
    if (outcome === 'admitted') await tracking.queue.written(row, write(row));
    return outcome;
  }

  const waiting = async (tracking: Tracking) =>
    (await tracking.queue.countWaiting()).get('c1') ?? 0;

  const moreThan = (count: number, pass: () => void = () => {}) =>
    until(`more than ${count} are written`, async () => {
      pass();
      return written.length > count;
    });

  const aSecond = () => timing.pass(1_000);

  /** Finishes one copy after the other until `count` were written. */
  async function finishUntil(count: number) {
    let finished = 0;
    while (written.length < count || unfinished.size > 0) {
      const next = written[finished];
      if (next !== undefined) {
        finish(next);
        finished += 1;
      }
      const seen = written.length;
      if (seen >= count) continue;
      await moreThan(seen);
    }
  }

  it('lets 60 clones through at a width of 5, in turn between namespaces, none lost or twice', async () => {
    const tracking = await start();
    const outcomes = [];
    for (let index = 1; index <= 40; index += 1) {
      outcomes.push(await askAndWrite(tracking, 'team-a', `a${index}`));
    }
    for (let index = 1; index <= 20; index += 1) {
      outcomes.push(await askAndWrite(tracking, 'team-b', `b${index}`));
    }
    expect(outcomes.filter(outcome => outcome === 'admitted')).toHaveLength(5);
    expect(await waiting(tracking)).toBe(55);
    await finishUntil(60);
    expect(mostUnfinished).toBe(WIDTH);
    const turns = [1, 2, 3, 4, 5].map(index => `team-a/a${index}`);
    for (let index = 1; index <= 20; index += 1) {
      turns.push(`team-b/b${index}`, `team-a/a${index + 5}`);
    }
    for (let index = 26; index <= 40; index += 1) {
      turns.push(`team-a/a${index}`);
    }
    expect(written).toEqual(turns);
    await until('no request is left', async () => {
      timing.pass(1_000);
      const rows = await knex('clone_requests').count({ count: '*' }).first();
      return Number(rows?.count) === 0;
    });
  });

  it('loses and doubles none when instances die before, while and after they write', async () => {
    const deaths = new Map([
      ['x7', 'before'],
      ['x12', 'after'],
      ['x20', 'before'],
    ]);
    // An instance that dies leaves its row as it is; so does one that throws.
    const mortal = async (row: CloneRequestRow): Promise<TurnOutcome> => {
      const death = deaths.get(row.name);
      deaths.delete(row.name);
      if (death === 'before') throw new Error('killed before the POST');
      const result = await writeOnce(row);
      if (death === 'after') throw new Error('killed after the POST');
      return result;
    };
    let tracking = await start(mortal);
    for (let index = 1; index <= 30; index += 1) {
      await askAndWrite(tracking, 'team-a', `x${index}`);
    }
    let restarts = 0;
    const restart = async () => {
      await tracking.stop();
      started.pop();
      tracking = await start(mortal);
      restarts += 1;
    };
    let finished = 0;
    while (finished < 30) {
      const next = written[finished];
      if (next !== undefined) {
        finish(next);
        finished += 1;
        if (finished % 10 === 0) await restart();
        continue;
      }
      // The others find out that somebody is gone.
      await moreThan(finished, aSecond);
    }
    expect(restarts).toBe(3);
    expect(deaths.size).toBe(0);
    expect(mostUnfinished).toBeLessThanOrEqual(WIDTH);
    expect(new Set(written).size).toBe(30);
    expect(written).toHaveLength(30);
  });

  it('two instances share one width', async () => {
    const one = await start();
    const { tracking: two } = await startTracking(knex, [cluster], timing, {
      clones: {
        width: WIDTH,
        widthPerImage: WIDTH,
        unboundMs: 600_000,
        unknownCopyMs: 600_000,
        maxWaitMs: 3_600_000,
      },
    });
    started.push(two);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        askAndWrite(index % 2 ? one : two, 'team-a', `s${index}`),
      ),
    );
    expect(
      outcomes.filter(outcome => outcome === 'admitted').length,
    ).toBeLessThanOrEqual(WIDTH);
    await finishUntil(20);
    expect(mostUnfinished).toBeLessThanOrEqual(WIDTH);
    expect(new Set(written).size).toBe(20);
  });

  it('shows who waits, with their place, and lets them go', async () => {
    const tracking = await start();
    for (let index = 1; index <= 5; index += 1) {
      await askAndWrite(tracking, 'team-a', `a${index}`);
    }
    await ask(tracking, 'team-a', 'a6');
    await ask(tracking, 'team-a', 'a7');
    await ask(tracking, 'team-b', 'b1');
    const key = { cluster: 'c1', namespace: 'team-a', name: 'a7' };
    const place = async (namespace: string, name: string) =>
      (await tracking.reader.getVolume({ cluster: 'c1', namespace, name }))
        ?.object.queuePosition;
    expect(await place('team-b', 'b1')).toBe(1);
    expect(await place('team-a', 'a6')).toBe(2);
    expect(await place('team-a', 'a7')).toBe(3);
    const listed = await tracking.reader.listVolumes({
      entityRef: 'component:default/orders',
    });
    expect(
      listed.map(({ object }) => `${object.name} ${object.state}`),
    ).toEqual(
      expect.arrayContaining(['a6 waiting', 'a7 waiting', 'b1 waiting']),
    );
    expect((await ask(tracking, 'team-a', 'a7')).outcome).toBe('taken');
    const row = await tracking.queue.find(key);
    expect(await tracking.queue.cancel(row!)).toBe(true);
    expect(await tracking.queue.cancel(row!)).toBe(false);
    expect(await tracking.reader.getVolume(key)).toBeUndefined();
    expect(await waiting(tracking)).toBe(2);
  });

  it('keeps the width of an image, and lets clones of others pass', async () => {
    const tracking = await start(writeOnce, 2);
    expect((await ask(tracking, 'team-a', 'a1')).outcome).toBe('admitted');
    expect((await ask(tracking, 'team-a', 'a2')).outcome).toBe('admitted');
    expect((await ask(tracking, 'team-a', 'a3')).outcome).toBe('waiting');
    expect((await ask(tracking, 'team-a', 'a4', 'other')).outcome).toBe(
      'admitted',
    );
  });

  it('puts off what time may heal, fails what it cannot, and forgets the old', async () => {
    const outcomes: Record<string, TurnOutcome> = {
      later: {
        outcome: 'later',
        reason: 'quota',
        message: 'full',
        afterMs: 30_000,
      },
      never: {
        outcome: 'refused',
        reason: 'turn-refused',
        message: 'not yours',
      },
    };
    let healed = false;
    const tracking = await start(async row =>
      healed || !outcomes[row.name] ? writeOnce(row) : outcomes[row.name],
    );
    for (let index = 1; index <= 5; index += 1) {
      await askAndWrite(tracking, 'team-a', `a${index}`);
    }
    await ask(tracking, 'team-a', 'later');
    await ask(tracking, 'team-a', 'never');
    await ask(tracking, 'team-a', 'next');
    finish('team-a/a1');
    const shown = async (name: string) =>
      tracking.reader.getVolume({ cluster: 'c1', namespace: 'team-a', name });
    await until('the third has passed both', async () =>
      written.includes('team-a/next'),
    );
    expect((await shown('later'))?.object).toMatchObject({
      state: 'failing',
      reason: 'quota',
      message: 'full',
      retries: true,
    });
    expect(await shown('never')).toMatchObject({
      giveUp: true,
      object: { state: 'failed', reason: 'turn-refused', message: 'not yours' },
    });
    healed = true;
    finish('team-a/a2');
    timing.pass(30_000);
    await until('it has its turn again', async () =>
      written.includes('team-a/later'),
    );
    await ask(tracking, 'team-a', 'old');
    timing.pass(3_600_000);
    await until('what waited too long fails', async () => {
      const row = await shown('old');
      return row?.object.reason === 'waited-too-long';
    });
  });
});

function volumeOf(namespace: string, name: string): Volume {
  return {
    kind: 'volume',
    cluster: 'c1',
    namespace,
    name,
    state: 'pending',
    ours: true,
    sizes: {},
    accessModes: [],
    usedBy: [],
    observedAt: '2026-11-23T00:00:00Z',
  };
}
