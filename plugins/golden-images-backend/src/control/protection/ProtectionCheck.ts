import {
  ANNOTATIONS,
  LABELS,
  ROLE_GOLDEN_IMAGE,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../../config/types';
import {
  RESOURCES,
  type ClusterClient,
  type ClusterWatcher,
} from '../../kubernetes';
import {
  isOurImage,
  type DerivedRow,
  type ImageProtection,
  type Joined,
  type ProtectionLevels,
} from '../../tracking/rows';
import { findReleased } from '../retain';
import { proveDeletion, type Proof } from './proveDeletion';
import { readProtection } from './readProtection';
import { DELETE_POLICY, type ShippedPolicy } from './shippedPolicies';

/** Policies change seldom, and each look is some twenty requests. */
const POLICIES_MS = 5 * 60_000;
/** Each proof is a refusal in the audit log of the cluster. */
const PROOF_MS = 60 * 60_000;
/** In one pass: thousands of images must not keep the API server busy at once. */
const MOST_PROOFS = 100;

interface Candidate {
  key: string;
  joined: Joined;
  /** What a proof depends on beside the policy. */
  mark: string;
  provedAtMs?: number;
}

/**
 * Finds out, again and again, which policies are in force, and for each image
 * of ours whether the cluster would really refuse its deletion.
 */
export class ProtectionCheck {
  readonly #client: ClusterClient & Pick<ClusterWatcher, 'mayI'>;
  readonly #cluster: ClusterConfig;
  readonly #levels: ProtectionLevels;
  readonly #shipped: ShippedPolicy[];
  readonly #nowMs: () => number;
  readonly #derive: (key: string) => void;
  readonly #signal: AbortSignal;
  readonly #images = new Map<string, Candidate>();
  #readAtMs?: number;

  constructor(options: {
    client: ClusterClient & Pick<ClusterWatcher, 'mayI'>;
    cluster: ClusterConfig;
    levels: ProtectionLevels;
    shipped: ShippedPolicy[];
    nowMs: () => number;
    /** Derives the row of `namespace/name` anew. */
    derive: (key: string) => void;
    signal: AbortSignal;
  }) {
    this.#client = options.client;
    this.#cluster = options.cluster;
    this.#levels = options.levels;
    this.#shipped = options.shipped;
    this.#nowMs = options.nowMs;
    this.#derive = options.derive;
    this.#signal = options.signal;
  }

  consider(rows: DerivedRow[]) {
    for (const { key, joined, record } of rows) {
      if (record.tracked.object.kind !== 'image') {
        this.#images.delete(key);
        continue;
      }
      const mark = markOf(joined);
      const before = this.#images.get(key);
      const provedAtMs = before?.mark === mark ? before.provedAtMs : undefined;
      this.#images.set(key, { key, joined, mark, provedAtMs });
    }
  }

  async pass(): Promise<void> {
    const nowMs = this.#nowMs();
    if (this.#readAtMs === undefined || nowMs - this.#readAtMs >= POLICIES_MS) {
      await this.#readPolicies(nowMs);
    }
    const due = [...this.#images.values()].filter(
      ({ provedAtMs }) =>
        provedAtMs === undefined || nowMs - provedAtMs >= PROOF_MS,
    );
    for (const image of due.slice(0, MOST_PROOFS)) {
      if (this.#signal.aborted) return;
      await this.#prove(image, nowMs);
    }
    this.#sayWhetherProved();
  }

  async #readPolicies(nowMs: number) {
    const before = this.#deletePolicy();
    const found = await readProtection(
      this.#client,
      this.#cluster,
      this.#shipped,
    );
    const checkedAt = new Date(nowMs).toISOString();
    const released = await findReleased(this.#client);
    this.#levels.cluster = {
      checkedAt,
      ...found,
      ...(released.length > 0 && { released }),
    };
    this.#sayWhetherProved();
    this.#readAtMs = nowMs;
    const after = this.#deletePolicy();
    const asBefore =
      (before?.level === 'advisory') === (after?.level === 'advisory') &&
      before?.reason === after?.reason;
    if (asBefore) return;
    for (const image of this.#images.values()) image.provedAtMs = undefined;
  }

  async #prove(image: Candidate, nowMs: number) {
    const { key, joined } = image;
    const level = isOurImage(joined)
      ? await this.#levelOf(joined)
      : advisory('It was not made here, so this is not looked at');
    if (!level) {
      this.#images.delete(key);
      this.#levels.forget(key);
      return;
    }
    image.provedAtMs = nowMs;
    if (this.#levels.set(key, level)) this.#derive(key);
  }

  /** `undefined` when it is gone. */
  async #levelOf(joined: Joined): Promise<ImageProtection | undefined> {
    const { namespace, name, dataVolume, claim } = joined;
    const proofs: Proof[] = [];
    for (const [type, view] of [
      [RESOURCES.dataVolumes, dataVolume],
      [RESOURCES.claims, claim],
    ] as const) {
      const proof =
        view &&
        (await proveDeletion(
          this.#client,
          { type, namespace, name },
          view.metadata.uid,
        ));
      if (proof) proofs.push(proof);
    }
    if (proofs.length === 0) return undefined;
    const policy = this.#deletePolicy();
    if (proofs.some(({ outcome }) => outcome === 'accepted')) {
      return advisory(
        [
          'The cluster would delete it',
          isReleased(joined) ? 'it was released' : policy?.reason,
        ]
          .filter(Boolean)
          .join(': '),
      );
    }
    const unproved = proofs.find(proof => proof.outcome === 'unproved');
    if (!unproved) return { protection: 'proved' };
    if (policy?.level === 'advisory') return advisory(policy.reason);
    return {
      protection: 'configured',
      protectionReason: `It could not be proved: ${unproved.why}`,
    };
  }

  #deletePolicy() {
    return this.#levels.cluster?.policies.find(
      ({ name }) => name === DELETE_POLICY,
    );
  }

  /** The policy on deletion has been proved when an image has been. */
  #sayWhetherProved() {
    const policy = this.#deletePolicy();
    if (policy?.level !== 'configured') return;
    const proved = [...this.#images.keys()].some(
      key => this.#levels.of(key).protection === 'proved',
    );
    if (proved) policy.level = 'proved';
  }
}

function advisory(protectionReason?: string): ImageProtection {
  return { protection: 'advisory', protectionReason };
}

function isReleased({ dataVolume, claim }: Joined): boolean {
  return [dataVolume, claim].some(
    view => view?.metadata.annotations[ANNOTATIONS.allowDelete] === 'true',
  );
}

function markOf({ dataVolume, claim }: Joined): string {
  return JSON.stringify(
    [dataVolume, claim].map(
      view =>
        view && [
          view.metadata.uid,
          view.metadata.labels[LABELS.role] === ROLE_GOLDEN_IMAGE,
          view.metadata.annotations[ANNOTATIONS.allowDelete],
        ],
    ),
  );
}
