import type { Problem } from '@golden-images/plugin-golden-images-common';
import { SharedReads } from '../../batching';
import type { ClusterConfig } from '../../config/types';
import { RESOURCES } from '../../kubernetes/ClusterClient';
import type { CloneSource, CloneTarget } from '../../manifests';
import type {
  ObjectKey,
  SourceClaimInfo,
  StorageClassInfo,
  Tracking,
} from '../../tracking';
import type { Clock } from '../Clock';
import { Verdict } from './Verdict';
import {
  bindingWarning,
  classProblems,
  liveMigration,
  snapshotClassWarning,
  sourceInUseWarning,
  strategyOf,
  type Strategy,
} from './checkClass';
import { limitProblems, quotaLeft, quotaProblems, useOf } from './checkLimits';
import { checkCdi, checkRight } from './checkPlatform';
import { clonesLeftOf, snapshotProblem, snapshotWarning } from './clonesLeft';
import type { SourceVolumeFacts } from './facts';
import { FactsReader } from './FactsReader';
import {
  dataVolumeCloneNeeds,
  importNeeds,
  plainCloneNeeds,
  type Need,
} from './needs';
import { classMissing, findClass } from './storageClass';

/** What an import asks of its cluster, with sizes in bytes. */
export interface ImportPlan {
  namespace: string;
  /** `undefined` while it is not known. */
  sizeBytes?: number;
  storageClass?: string;
  /** CDI needs no second claim to unpack it: pulled by a node, or blank. */
  withoutScratch: boolean;
}

export interface ClonePlan {
  source: CloneSource;
  target: CloneTarget;
  /** Made by CDI, else a claim that Longhorn clones by itself. */
  viaDataVolume: boolean;
  /** An image is made of a claim or a snapshot, rather than a volume of an image. */
  makesImage?: {
    /** Of the request, that names the source. */
    field: string;
    fromSnapshot: boolean;
    /** The volume that is read, as far as it is known. */
    volume: Pick<SourceClaimInfo, 'driver' | 'storageClass' | 'volumeHandle'>;
    /** Pods that may write to it; `undefined` where they cannot be listed. */
    writers?: string[];
  };
}

/** Holds a write against its cluster before anything is written. */
export class Preflight {
  readonly #tracking: Tracking;
  readonly #clock: Clock;
  readonly #readers = new Map<string, FactsReader>();
  readonly #reads = new SharedReads();

  constructor(options: { tracking: Tracking; clock: Clock }) {
    this.#tracking = options.tracking;
    this.#clock = options.clock;
  }

  facts(cluster: string): FactsReader {
    const kept = this.#readers.get(cluster);
    if (kept) return kept;
    const reader = new FactsReader(this.#tracking.client(cluster), this.#clock);
    this.#readers.set(cluster, reader);
    return reader;
  }

  async import(
    cluster: ClusterConfig,
    plan: ImportPlan,
    verdict: Verdict,
  ): Promise<void> {
    await this.#judge(cluster.name, verdict, (facts, first) =>
      this.#import(facts, cluster, plan, first),
    );
  }

  async clone(
    cluster: ClusterConfig,
    plan: ClonePlan,
    verdict: Verdict,
  ): Promise<void> {
    await this.#judge(cluster.name, verdict, (facts, first) =>
      this.#clone(facts, cluster, plan, first),
    );
  }

  /** What speaks against a claim that grows; counts of objects stay as they are. */
  async growth(
    cluster: string,
    claim: {
      namespace: string;
      storageClass?: string;
      /** As it will be. */
      sizeBytes: number;
      growthBytes: number;
    },
  ): Promise<Problem[]> {
    this.#readers.delete(cluster);
    const { namespace, storageClass, sizeBytes, growthBytes } = claim;
    const { quotas, limits } = await this.facts(cluster).limitsOf(namespace);
    const need = (size: number): Need => ({
      namespace,
      role: 'target',
      claims: [{ sizeBytes: size, storageClass }],
      dataVolumes: 0,
    });
    return [
      ...quotaProblems(need(growthBytes), quotaLeft(quotas), 'size').filter(
        ({ code }) => code === 'quota',
      ),
      ...limitProblems(need(sizeBytes), limits.known ? limits.value : []),
    ];
  }

  /** What was read a moment ago may let pass, never refuse: somebody may just have put it right. */
  async #judge(
    cluster: string,
    verdict: Verdict,
    look: (facts: FactsReader, verdict: Verdict) => Promise<void>,
  ): Promise<void> {
    const first = new Verdict();
    const facts = this.facts(cluster);
    await look(facts, first);
    if (!first.problems.any) {
      verdict.take(first);
      return;
    }
    // Of many who find something at once only the first has it read anew.
    if (this.#readers.get(cluster) === facts) this.#readers.delete(cluster);
    const second = new Verdict();
    await look(this.facts(cluster), second);
    verdict.take(second);
  }

  async #classes(cluster: string) {
    return this.#reads.get(`classes ${cluster}`, () =>
      this.#tracking.storageClasses(cluster),
    );
  }

  async #sourceClaim(key: ObjectKey) {
    return this.#reads.get(
      `claim ${key.cluster} ${key.namespace}/${key.name}`,
      () => this.#tracking.sourceClaim(key),
    );
  }

  async #import(
    facts: FactsReader,
    cluster: ClusterConfig,
    plan: ImportPlan,
    verdict: Verdict,
  ): Promise<void> {
    const { namespace, sizeBytes } = plan;
    const classes = await this.#classes(cluster.name);
    const found = findClass(classes, plan.storageClass);
    verdict.problems.add(classMissing(cluster, classes, plan.storageClass));
    await checkCdi(facts, cluster, verdict);
    const { dataVolumes } = RESOURCES;
    await checkRight(facts, 'create', dataVolumes, namespace, verdict);
    const scratchClass = plan.withoutScratch
      ? undefined
      : verdict.valueOf('scratch space', await facts.scratchClass());
    if (
      scratchClass !== undefined &&
      classes.length > 0 &&
      !findClass(classes, scratchClass)
    ) {
      verdict.problems.add({
        field: 'cluster',
        code: 'scratch-class',
        message: `CDI makes scratch space of class "${scratchClass}", which does not exist in "${cluster.name}"`,
        remedy:
          'an administrator can correct "scratchSpaceStorageClass" of CDI',
      });
    }
    if (sizeBytes === undefined) return;
    const needs = importNeeds(namespace, {
      sizeBytes,
      storageClass: found?.name ?? plan.storageClass,
      scratch: plan.withoutScratch ? 'none' : { storageClass: scratchClass },
    });
    await this.#checkNeeds(facts, needs, 'size', verdict);
  }

  async #clone(
    facts: FactsReader,
    cluster: ClusterConfig,
    plan: ClonePlan,
    verdict: Verdict,
  ): Promise<void> {
    const { source, target, makesImage } = plan;
    const classes = await this.#classes(cluster.name);
    const found = findClass(classes, target.storageClass);
    verdict.problems.add(classMissing(cluster, classes, target.storageClass));
    const claim = makesImage
      ? makesImage.volume
      : await this.#sourceClaim({
          cluster: cluster.name,
          namespace: source.namespace,
          name: source.name,
        });
    const handle = claim?.volumeHandle;
    const volume =
      handle === undefined
        ? undefined
        : verdict.valueOf('the volume', await facts.sourceVolume(handle));
    if (found) {
      const storageClass = findClass(classes, claim?.storageClass);
      const called = calledIn(plan);
      const storage = { called, claim, storageClass, volume };
      verdict.problems.add(...classProblems(found, storage));
      if (!makesImage) {
        verdict.warn(bindingWarning(found, target.bindImmediately ?? false));
      }
    }
    await this.#checkMachinery(facts, cluster, plan, verdict);
    const strategy = await this.#strategy(facts, plan, found, verdict, volume);
    const leavesSnapshot = strategy !== 'copy' && !makesImage?.fromSnapshot;
    if (handle !== undefined && leavesSnapshot) {
      const field = makesImage?.field ?? 'image';
      await this.#checkSnapshots(facts, handle, volume, field, verdict);
    }
    if (!makesImage) {
      verdict.facts.liveMigration = liveMigration(found, {
        accessModes: target.accessModes,
        volumeMode: source.volumeMode,
      });
    }
    const field = makesImage ? 'size' : 'namespace';
    await this.#checkNeeds(facts, needsOf(plan), field, verdict);
  }

  async #checkMachinery(
    facts: FactsReader,
    cluster: ClusterConfig,
    { source, target, viaDataVolume }: ClonePlan,
    verdict: Verdict,
  ): Promise<void> {
    const { namespace } = target;
    const { claims, dataVolumes, dataVolumeSources } = RESOURCES;
    if (!viaDataVolume) {
      await checkRight(facts, 'create', claims, namespace, verdict);
      return;
    }
    await checkCdi(facts, cluster, verdict);
    await checkRight(facts, 'create', dataVolumes, namespace, verdict);
    if (source.namespace !== namespace) {
      const from = source.namespace;
      await checkRight(facts, 'create', dataVolumeSources, from, verdict);
    }
  }

  async #strategy(
    facts: FactsReader,
    plan: ClonePlan,
    found: StorageClassInfo | undefined,
    verdict: Verdict,
    volume: SourceVolumeFacts | undefined,
  ): Promise<Strategy | undefined> {
    const { target, viaDataVolume, makesImage } = plan;
    const className = found?.name ?? target.storageClass;
    // CDI restores a snapshot whatever it does with claims (CDI 1.66).
    if (makesImage?.fromSnapshot) {
      verdict.facts.strategy = 'snapshot';
      return 'snapshot';
    }
    if (!viaDataVolume) {
      verdict.facts.strategy = 'plain';
      return 'plain';
    }
    if (className === undefined) return undefined;
    const profile = await facts.cloneStrategy(className);
    verdict.valueOf('how CDI copies', profile);
    const strategy = strategyOf(viaDataVolume, profile);
    verdict.facts.strategy = strategy;
    const users = makesImage?.writers ?? volume?.usedBy ?? [];
    verdict.warn(sourceInUseWarning(strategy, users, calledIn(plan)));
    if (strategy === 'snapshot' && profile.known) {
      verdict.warn(
        snapshotClassWarning(
          strategy,
          found?.provisioner ?? '',
          profile.value.snapshotClass,
          await facts.snapshotClasses(),
        ),
      );
    }
    return strategy;
  }

  async #checkSnapshots(
    facts: FactsReader,
    handle: string,
    volume: SourceVolumeFacts | undefined,
    field: string,
    verdict: Verdict,
  ): Promise<void> {
    const snapshots = verdict.valueOf(
      'clones left',
      await facts.snapshotsOf(handle),
    );
    if (snapshots === undefined) return;
    const left = clonesLeftOf(
      snapshots,
      volume?.snapshotMaxCount ?? (await facts.snapshotMaxCount()),
    );
    verdict.facts.clonesLeft = left;
    verdict.problems.add(snapshotProblem(left, field));
    verdict.warn(snapshotWarning(left));
  }

  async #checkNeeds(
    facts: FactsReader,
    needs: Need[],
    field: string,
    verdict: Verdict,
  ): Promise<void> {
    for (const need of needs) {
      const { namespace } = need;
      const { quotas, limits } = await facts.limitsOf(namespace);
      verdict.valueOf(`quotas of ${namespace}`, quotas);
      const quota = quotaLeft(quotas);
      verdict.facts.uses.push(useOf(need, quota));
      verdict.problems.add(...quotaProblems(need, quota, field));
      const ranges = verdict.valueOf(`limits of ${namespace}`, limits) ?? [];
      verdict.problems.add(...limitProblems(need, ranges));
    }
  }
}

/** What is cloned, in a sentence. */
function calledIn({ makesImage }: ClonePlan): string {
  return makesImage ? 'the source' : 'the image';
}

function needsOf({ source, target, viaDataVolume }: ClonePlan): Need[] {
  const { namespace, storageClass } = target;
  const claim = { sizeBytes: target.size.bytes, storageClass };
  return viaDataVolume
    ? dataVolumeCloneNeeds(
        { namespace, ...claim },
        {
          namespace: source.namespace,
          sizeBytes: source.capacity.bytes,
          storageClass,
        },
      )
    : plainCloneNeeds(namespace, claim);
}
