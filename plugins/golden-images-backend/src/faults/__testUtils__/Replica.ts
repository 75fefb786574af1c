import { mockServices } from '@backstage/backend-test-utils';
import Knex, { type Knex as KnexType } from 'knex';
import { clusterConfig } from '../../tracking/__testUtils__/startTracking';
import { createTracking } from '../../tracking/createTracking';
import { DefaultClusterClient } from '../../kubernetes/DefaultClusterClient';
import type { Tracking } from '../../tracking';
import type { Timing } from '../../tracking/Timing';
import { whenUnlocked } from './Databases';

const RESPONSE_TIMEOUT_MS = 400;
/** Longer than from one bookmark of a server with a fast clock to the next. */
const IDLE_TIMEOUT_MS = 2_000;

/** One instance of the backend's tracking, with connections of its own. */
export class Replica {
  readonly tracking: Tracking;
  readonly #knex: KnexType;
  #gone?: Error;

  private constructor(tracking: Tracking, knex: KnexType) {
    this.tracking = tracking;
    this.#knex = knex;
  }

  static async start(options: {
    database: KnexType.Config;
    apiUrl: string;
    timing: Timing;
    /** Another one has made the tables. */
    migrated: boolean;
  }): Promise<Replica> {
    const knex = Knex(options.database);
    if (knex.client.config.client === 'better-sqlite3') {
      // Other connections are of the same process: waiting for them blocks them.
      await knex.raw('PRAGMA busy_timeout = 0');
    }
    const replica: { current?: Replica } = {};
    const acquire = knex.client.acquireConnection.bind(knex.client);
    knex.client.acquireConnection = async () => {
      const gone = replica.current ? replica.current.#gone : undefined;
      if (gone) throw gone;
      return acquire();
    };
    const tracking = await createTracking({
      config: {
        clusters: [{ ...clusterConfig('c1') }],
        admins: [],
        imports: { allow: [] },
        history: { keepForMs: 90 * 24 * 3_600_000 },
      },
      database: {
        getClient: async () => knex,
        migrations: { skip: options.migrated },
      },
      logger: mockServices.logger.mock(),
      timing: options.timing,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      createClient: cluster =>
        DefaultClusterClient.create(
          {
            name: cluster.name,
            connection: { type: 'url', url: options.apiUrl, token: 'admin' },
          },
          { responseTimeoutMs: RESPONSE_TIMEOUT_MS },
        ),
    });
    await tracking.start();
    replica.current = new Replica(tracking, knex);
    return replica.current;
  }

  /** Every query fails from now on. */
  loseDatabase() {
    this.#gone = new Error('The database is gone');
  }

  findDatabase() {
    this.#gone = undefined;
  }

  /** Somebody takes the cluster over, and is never heard of again. Resolves to whether anybody had it. */
  async loseLease(): Promise<boolean> {
    const stolen = await whenUnlocked(() =>
      this.#knex('cluster_leases')
        .whereNotNull('holder')
        .update({
          holder: 'a thief',
          token: this.#knex.raw('token + 1'),
          beat: this.#knex.raw('beat + 1'),
        }),
    );
    return stolen > 0;
  }

  /** Gives nothing back and finishes nothing, as a killed process does. */
  async kill() {
    this.loseDatabase();
    await this.tracking.stop().catch(() => undefined);
    await this.#knex.destroy();
  }

  async stop() {
    this.findDatabase();
    await this.tracking.stop();
    await this.#knex.destroy();
  }
}
