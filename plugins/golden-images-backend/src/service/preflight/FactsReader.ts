import type {
  ClusterClient,
  KubernetesObject,
  ObjectRef,
  ResourceType,
} from '../../kubernetes/ClusterClient';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import { KubernetesApiError } from '../../kubernetes/KubernetesApiError';
import { clusterText } from '../clusterText';
import type { Clock } from '../Clock';
import {
  known,
  type CloneStrategyFacts,
  type Fact,
  type NamespaceLimits,
  type SnapshotClassFacts,
  type SourceVolumeFacts,
} from './facts';
import { claimLimitsOf, quotaOf, sourceVolumeOf, text } from './readObjects';

/** Many requests at once ask the same; what they decide is decided again by the cluster. */
const KEEP_MS = 5_000;
/** Each clone adds one, and nobody but Longhorn would notice the last. */
const KEEP_SNAPSHOTS_MS = 2_000;
const MAX_KEPT = 5_000;
const MINIMUM_CLAIM_SIZE = 'cdi.kubevirt.io/minimumSupportedPvcSize';
const LONGHORN_NAMESPACE = 'longhorn-system';
/** Without it a DataVolume is neither checked nor given a token, and waits for ever (CDI 1.66). */
export const CDI_WEBHOOK = 'cdi-api-datavolume-mutate';

/** Reads what checks need to know of one cluster. */
export class FactsReader {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { untilMs: number; value: unknown }>();

  constructor(client: ClusterClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async limitsOf(namespace: string): Promise<NamespaceLimits> {
    const [quotas, ranges] = await Promise.all([
      this.#list(RESOURCES.quotas, { namespace }),
      this.#list(RESOURCES.limitRanges, { namespace }),
    ]);
    return {
      quotas: mapFact(quotas, items => items.map(quotaOf)),
      limits: mapFact(ranges, items => items.flatMap(claimLimitsOf)),
    };
  }

  /** Of all namespaces, by namespace. */
  async allQuotas(): Promise<Fact<KubernetesObject[]>> {
    return this.#list(RESOURCES.quotas, {});
  }

  /** CDI's override, the profile's choice, what CDI found out for the class (CDI 1.66). */
  async cloneStrategy(className: string): Promise<Fact<CloneStrategyFacts>> {
    const profile = await this.#get({
      type: RESOURCES.storageProfiles,
      name: className,
    });
    if (!profile.known) return profile;
    const cdis = await this.#list(RESOURCES.cdis, {});
    const override = cdis.known
      ? cdis.value
          .map(cdi => text(cdi, 'spec', 'cloneStrategyOverride'))
          .find(value => value !== undefined)
      : undefined;
    const found = profile.value;
    return known({
      strategy:
        override ??
        text(found, 'spec', 'cloneStrategy') ??
        text(found, 'status', 'cloneStrategy'),
      snapshotClass:
        text(found, 'spec', 'snapshotClass') ??
        text(found, 'status', 'snapshotClass'),
    });
  }

  /** The class of scratch space; `undefined` is that of the import itself. */
  async scratchClass(): Promise<Fact<string | undefined>> {
    const config = await this.#get({
      type: RESOURCES.cdiConfigs,
      name: 'config',
    });
    return mapFact(config, found =>
      text(found, 'status', 'scratchSpaceStorageClass'),
    );
  }

  /**
   * The share that CDI takes off a file system of this class: `0.06` (CDI 1.66).
   *
   * @param className - what counts everywhere where absent
   */
  async filesystemOverhead(
    className: string | undefined,
  ): Promise<Fact<string | undefined>> {
    const config = await this.#get({
      type: RESOURCES.cdiConfigs,
      name: 'config',
    });
    const at = ['status', 'filesystemOverhead'];
    return mapFact(
      config,
      found =>
        (className && text(found, ...at, 'storageClass', className)) ||
        text(found, ...at, 'global'),
    );
  }

  /** The smallest claim that a class makes, as a quantity (CDI 1.66). */
  async minimumClaimSize(className: string): Promise<Fact<string | undefined>> {
    const profile = await this.#get({
      type: RESOURCES.storageProfiles,
      name: className,
    });
    return mapFact(profile, found =>
      text(found, 'metadata', 'annotations', MINIMUM_CLAIM_SIZE),
    );
  }

  /** Whether the kind DataVolume is served; refused means that it is. */
  async cdiThere(): Promise<Fact<boolean>> {
    return this.#keep('cdi', async () => {
      try {
        await this.#client.list(RESOURCES.dataVolumes, { limit: 1 });
      } catch (error) {
        if (!(error instanceof KubernetesApiError)) throw error;
        if (error.status === 404) return known(false);
        if (error.status !== 403) throw error;
      }
      return known(true);
    });
  }

  async webhookThere(): Promise<Fact<boolean>> {
    const webhooks = await this.#list(RESOURCES.mutatingWebhooks, {});
    return mapFact(webhooks, items =>
      items.some(({ metadata }) => metadata.name === CDI_WEBHOOK),
    );
  }

  async sourceVolume(handle: string): Promise<Fact<SourceVolumeFacts>> {
    const volume = await this.#get({
      type: RESOURCES.longhornVolumes,
      namespace: LONGHORN_NAMESPACE,
      name: handle,
    });
    return mapFact(volume, sourceVolumeOf);
  }

  /** How many snapshots a Longhorn volume has; each direct clone leaves one (Longhorn 1.12). */
  async snapshotsOf(handle: string): Promise<Fact<number>> {
    const snapshots = await this.#list(
      RESOURCES.longhornSnapshots,
      {
        namespace: LONGHORN_NAMESPACE,
        labelSelector: `longhornvolume=${handle}`,
      },
      KEEP_SNAPSHOTS_MS,
    );
    return mapFact(snapshots, items => items.length);
  }

  /** Longhorn's setting for volumes that say nothing themselves. */
  async snapshotMaxCount(): Promise<number | undefined> {
    const setting = await this.#get({
      type: RESOURCES.longhornSettings,
      namespace: LONGHORN_NAMESPACE,
      name: 'snapshot-max-count',
    });
    const value = setting.known ? Number(text(setting.value, 'value')) : NaN;
    return Number.isInteger(value) && value > 0 ? value : undefined;
  }

  async snapshotClasses(): Promise<Fact<SnapshotClassFacts[]>> {
    const classes = await this.#list(RESOURCES.snapshotClasses, {});
    return mapFact(classes, items =>
      items.map(item => ({
        name: item.metadata.name,
        driver: text(item, 'driver') ?? '',
        type: text(item, 'parameters', 'type'),
      })),
    );
  }

  /**
   * A cluster that answers no reviews says nothing about rights. What is granted
   * in all namespaces is granted in each, since RBAC only adds; so where that is
   * so, no namespace is asked about.
   */
  async mayI(
    verb: string,
    type: ResourceType,
    namespace: string,
  ): Promise<Fact<boolean>> {
    const everywhere = await this.#review(verb, type);
    if (everywhere.known && everywhere.value) return everywhere;
    return this.#review(verb, type, namespace);
  }

  async #review(
    verb: string,
    type: ResourceType,
    namespace?: string,
  ): Promise<Fact<boolean>> {
    const where = namespace === undefined ? '' : ` in ${namespace}`;
    return this.#keep(`may ${verb} ${type.resource}${where}`, () =>
      this.#tried(`ask for its rights${where}`, () =>
        this.#client.mayI(verb, type, namespace),
      ),
    );
  }

  async #list(
    type: ResourceType,
    options: { namespace?: string; labelSelector?: string },
    keepMs = KEEP_MS,
  ): Promise<Fact<KubernetesObject[]>> {
    const { namespace = '', labelSelector = '' } = options;
    const where = namespace ? ` in ${namespace}` : '';
    return this.#keep(
      `list ${type.group} ${type.resource} ${namespace} ${labelSelector}`,
      () =>
        this.#tried(`list ${nameOf(type)}${where}`, () =>
          this.#client.list(type, options),
        ),
      keepMs,
    );
  }

  async #get(ref: ObjectRef): Promise<Fact<KubernetesObject | undefined>> {
    const { type, namespace = '', name } = ref;
    return this.#keep(
      `get ${type.group} ${type.resource} ${namespace} ${name}`,
      () =>
        this.#tried(`get ${nameOf(type)} "${name}"`, () =>
          this.#client.get(ref),
        ),
    );
  }

  /** Refused, or a kind that is not installed: unknown. No answer at all is an error. */
  async #tried<T>(what: string, read: () => Promise<T>): Promise<Fact<T>> {
    try {
      return known(await read());
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      if (error.status === 403) {
        return {
          known: false,
          why: `the account of this backend may not ${what}`,
        };
      }
      if (error.status === 404) {
        return {
          known: false,
          why: `the cluster does not know how to ${what}`,
        };
      }
      if (error.status === 0) throw error;
      return {
        known: false,
        why: `the cluster did not let us ${what}: ${clusterText(
          error.message,
        )}`,
      };
    }
  }

  async #keep<T>(
    key: string,
    read: () => Promise<T>,
    keepMs = KEEP_MS,
  ): Promise<T> {
    const nowMs = this.#clock.nowMs();
    const kept = this.#kept.get(key);
    if (kept && kept.untilMs > nowMs) return kept.value as Promise<T>;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const value = read();
    this.#kept.set(key, { untilMs: nowMs + keepMs, value });
    value.catch(() => this.#kept.delete(key));
    return value;
  }
}

function nameOf({ group, resource }: ResourceType): string {
  return group ? `${resource}.${group}` : resource;
}

function mapFact<T, U>(fact: Fact<T>, map: (value: T) => U): Fact<U> {
  return fact.known ? known(map(fact.value)) : fact;
}
