import type { Knex } from 'knex';

/** Proof of a lease: writes that carry an old token are refused. */
export interface Fence {
  cluster: string;
  token: number;
}

/** Another instance has taken the cluster over: nothing was written. */
export class LeaseLostError extends Error {
  constructor(cluster: string) {
    super(`Another instance follows the cluster "${cluster}" now`);
    this.name = 'LeaseLostError';
  }
}

export interface LeaseRow {
  cluster: string;
  holder: string | null;
  token: number;
  beat: number;
  renewedAtMs: number;
}

export interface LeaseTableRow {
  cluster: string;
  holder: string | null;
  token: number | string;
  beat: number | string;
  renewed_at_ms: number | string;
}

export const LEASE_TABLE = 'cluster_leases';

/** One row per cluster says which instance follows it. */
export class LeaseStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async read(cluster: string): Promise<LeaseRow | undefined> {
    const row = await this.#knex<LeaseTableRow>(LEASE_TABLE)
      .where({ cluster })
      .first();
    return (
      row && {
        cluster,
        holder: row.holder,
        token: Number(row.token),
        beat: Number(row.beat),
        renewedAtMs: Number(row.renewed_at_ms),
      }
    );
  }

  /**
   * Takes the lease if it still is as it was seen (`undefined`: there was no
   * row). Of several instances that try at once, one succeeds.
   */
  async take(
    cluster: string,
    holder: string,
    seen: LeaseRow | undefined,
    nowMs: number,
  ): Promise<Fence | undefined> {
    if (!seen) {
      await this.#knex<LeaseTableRow>(LEASE_TABLE)
        .insert({ cluster, holder: null, token: 0, beat: 0, renewed_at_ms: 0 })
        .onConflict('cluster')
        .ignore();
    }
    const { token, beat } = seen ?? { token: 0, beat: 0 };
    const taken = await this.#knex<LeaseTableRow>(LEASE_TABLE)
      .where({ cluster, token, beat })
      .update({
        holder,
        token: token + 1,
        beat: beat + 1,
        renewed_at_ms: nowMs,
      });
    return taken === 1 ? { cluster, token: token + 1 } : undefined;
  }

  /** `false` when another instance has taken it. */
  async renew(fence: Fence, nowMs: number): Promise<boolean> {
    const renewed = await this.#knex<LeaseTableRow>(LEASE_TABLE)
      .where({ ...fence })
      .update({ beat: this.#knex.raw('beat + 1'), renewed_at_ms: nowMs });
    return renewed === 1;
  }

  /** The next instance need not wait for it to run out. */
  async giveBack(fence: Fence): Promise<void> {
    await this.#knex<LeaseTableRow>(LEASE_TABLE)
      .where({ ...fence })
      .update({ holder: null, beat: this.#knex.raw('beat + 1') });
  }
}
