import { ConfigApi } from '@backstage/core-plugin-api';

/** A person whom the demo's sign-in page offers. */
export interface DemoPerson {
  /** Full reference of a user in the catalog. */
  entityRef: string;
  title: string;
  description: string;
}

export function readPeople(config: ConfigApi): DemoPerson[] {
  const entries = config.getOptionalConfigArray('demo.people') ?? [];
  return entries.map(entry => ({
    entityRef: entry.getString('entityRef'),
    title: entry.getString('title'),
    description: entry.getString('description'),
  }));
}
