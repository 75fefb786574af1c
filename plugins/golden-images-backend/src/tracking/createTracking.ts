import {
  ActivityStore,
  CloneQueueStore,
  DatabaseReader,
  LeaseStore,
  StatusStore,
  TrackedStore,
  ViewStore,
  migrateDatabase,
} from '../database';
import {
  DefaultTracking,
  type Stores,
  type TrackingOptions,
} from './DefaultTracking';
import type { Tracking } from './Tracking';

/** Opens the database and prepares to follow all clusters; `start` begins it. */
export async function createTracking(
  options: TrackingOptions,
): Promise<Tracking> {
  const knex = await migrateDatabase(options.database);
  const views = new ViewStore(knex);
  const statuses = new StatusStore(knex);
  const stores: Stores = {
    views,
    statuses,
    tracked: new TrackedStore(knex),
    activity: new ActivityStore(knex),
    leases: new LeaseStore(knex),
    clones: new CloneQueueStore(knex),
  };
  return new DefaultTracking(
    options,
    stores,
    new DatabaseReader(
      knex,
      { views, statuses },
      options.config.clusters.map(({ name }) => name),
    ),
  );
}
