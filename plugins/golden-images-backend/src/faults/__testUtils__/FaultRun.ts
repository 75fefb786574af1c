import { startApiServer, type ApiServer } from '@golden-images/sandbox-cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { SharedDatabase } from './Databases';
import { Dice } from './Dice';
import { Disks } from './Disks';
import { FastTiming, fastClock } from './FastTiming';
import { FaultyProxy, NETWORK_FAULTS } from './FaultyProxy';
import { Replica } from './Replica';
import { snapshot } from './snapshot';

export const FAULTS = [
  ...NETWORK_FAULTS,
  'clock-forward',
  'clock-back',
  'database-locked',
  'database-gone',
  'replica-killed',
  'lease-stolen',
] as const;

export type Fault = (typeof FAULTS)[number];

/** So few that a watch which comes back late is told that they are forgotten. */
const REMEMBERED_CHANGES = 40;
const REPLICAS = 2;
const PATIENCE_MS = 30_000;
const SHORT_MS = 15;
/** As long as a fault has to show its effect. */
const FAULT_MS = 120;

/** Faults of one seed over two replicas that share a database. */
export class FaultRun {
  readonly #dice: Dice;
  readonly #timing: FastTiming;
  readonly #api: ApiServer;
  readonly #proxy: FaultyProxy;
  readonly #disks: Disks;
  readonly #database: SharedDatabase;
  readonly #replicas: Replica[] = [];
  readonly #happened = new Map<Fault, number>();

  private constructor(parts: {
    seed: number;
    api: ApiServer;
    proxy: FaultyProxy;
    database: SharedDatabase;
  }) {
    this.#dice = new Dice(parts.seed);
    // Replicas throw their own: how often they do must not change what goes wrong next.
    this.#timing = new FastTiming(new Dice(-parts.seed));
    this.#api = parts.api;
    this.#proxy = parts.proxy;
    this.#database = parts.database;
    this.#disks = new Disks(parts.api.url, this.#dice);
  }

  static async start(seed: number, database: SharedDatabase) {
    const api = await startApiServer({
      watchCacheSize: REMEMBERED_CHANGES,
      clock: fastClock(),
    });
    const proxy = await FaultyProxy.start(api.url);
    const run = new FaultRun({ seed, api, proxy, database });
    await run.#disks.prepare();
    for (let i = 0; i < REPLICAS; i += 1) await run.#startReplica();
    return run;
  }

  /** Changes go on meanwhile. Resolves to what has hit somebody how often. */
  async disturb(faults: number): Promise<Map<Fault, number>> {
    for (let i = 0; i < faults; i += 1) {
      const fault = this.#dice.pick(FAULTS);
      const ended = await this.#inject(fault);
      for (let n = this.#dice.below(6); n >= 0; n -= 1) {
        await this.#disks.changeSomething();
      }
      await delay(this.#dice.below(FAULT_MS));
      await ended();
    }
    return new Map([...this.#happened, ...this.#proxy.happened]);
  }

  /**
   * Nothing goes wrong any more. Resolves to what the database shows of the
   * cluster and to what a tracker shows that has seen nothing but how it is now:
   * as soon as both are the same, or after a while.
   */
  async settle(
    empty: SharedDatabase,
  ): Promise<{ shown: object; truth: object }> {
    this.#proxy.heal();
    this.#replicas.forEach(replica => replica.findDatabase());
    const reference = await Replica.start({
      database: empty.config,
      apiUrl: this.#api.url,
      timing: this.#timing,
      migrated: false,
    });
    try {
      const untilMs = Date.now() + PATIENCE_MS;
      for (;;) {
        const shown = await this.#look(this.#replicas[0]);
        const truth = await this.#look(reference);
        const whole =
          truth.connection === 'connected' &&
          Object.keys(truth.rows).length === this.#disks.count;
        const same = JSON.stringify(shown) === JSON.stringify(truth);
        if ((whole && same) || Date.now() > untilMs) return { shown, truth };
        await delay(SHORT_MS);
      }
    } finally {
      await reference.stop();
    }
  }

  async #look({ tracking }: Replica) {
    const [{ connection }] = await tracking.clusterStatus();
    return { connection, rows: await snapshot(tracking) };
  }

  async stop() {
    await Promise.all(this.#replicas.map(replica => replica.stop()));
    await this.#proxy.close();
    await this.#api.close();
  }

  async #startReplica() {
    this.#replicas.push(
      await Replica.start({
        database: this.#database.config,
        apiUrl: this.#proxy.url,
        timing: this.#timing,
        migrated: this.#replicas.length > 0,
      }),
    );
  }

  /** Resolves to what ends the fault. */
  async #inject(fault: Fault): Promise<() => Promise<void>> {
    const nothing = async () => {};
    switch (fault) {
      case 'clock-forward':
      case 'clock-back': {
        const minutes = 1 + this.#dice.below(59);
        this.#timing.jump(
          60_000 * (fault === 'clock-back' ? -minutes : minutes),
        );
        this.#note(fault);
        return nothing;
      }
      case 'database-locked': {
        const unlock = await this.#database.lock();
        this.#note(fault);
        return unlock;
      }
      case 'database-gone': {
        const replica = this.#dice.pick(this.#replicas);
        replica.loseDatabase();
        this.#note(fault);
        return async () => replica.findDatabase();
      }
      case 'replica-killed': {
        const index = this.#dice.below(this.#replicas.length);
        const [killed] = this.#replicas.splice(index, 1);
        await killed.kill();
        this.#note(fault);
        await this.#startReplica();
        return nothing;
      }
      case 'lease-stolen':
        if (await this.#dice.pick(this.#replicas).loseLease()) {
          this.#note(fault);
        }
        return nothing;
      default:
        this.#proxy.inject(fault, () => this.#dice.next());
        return nothing;
    }
  }

  #note(fault: Fault) {
    this.#happened.set(fault, (this.#happened.get(fault) ?? 0) + 1);
  }
}
