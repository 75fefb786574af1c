import { scaled, type Context } from '../Context';
import { KubeError } from '../kube/KubeClient';
import {
  RESOURCES,
  keyOf,
  ownerOf,
  type Claim,
  type DataVolume,
} from '../kube/types';
import { COMPLETED, pendingClaim, writeStatus } from './conditions';
import { ImportRun } from './ImportRun';
import { bareSpec, ensureHelperClaim, ensureTargetClaim } from './targetClaim';

/**
 * Imports of DataVolumes: the phases, conditions and events that CDI 1.66 shows
 * (recorded), around a real download and conversion.
 */
export class ImportController {
  readonly #context: Context;
  readonly #runs = new Map<string, AbortController>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Ends the work for a DataVolume that is gone or being deleted. */
  abandon(uid: string) {
    this.#runs.get(uid)?.abort();
    this.#runs.delete(uid);
  }

  async reconcile(dataVolume: DataVolume): Promise<void> {
    const { phase } = dataVolume.status ?? {};
    const uid = dataVolume.metadata.uid!;
    if (phase === 'Failed') return;
    const sourceName = `volume-import-source-${uid}`;
    const claim = await ensureTargetClaim(this.#context, dataVolume, {
      kind: 'VolumeImportSource',
      name: sourceName,
    });
    if (!claim) return;
    if (claim.status?.phase === 'Bound') {
      await this.#finish(dataVolume, claim, sourceName);
      return;
    }
    if (this.#runs.has(uid)) return;
    const { name } = dataVolume.metadata;
    if (!phase || phase === 'Succeeded') {
      await writeStatus(this.#context, dataVolume, {
        phase: phase === 'Succeeded' ? phase : 'Pending',
        bound: pendingClaim(name),
        ...(phase === 'Succeeded'
          ? {}
          : {
              ready: { status: 'False' as const },
              running: { status: 'False' as const },
            }),
      });
    }
    if (!this.#mayBind(claim)) return;
    await this.#ensureSource(dataVolume, sourceName);
    const prime = await this.#ensurePrime(dataVolume, claim);
    if (!prime || prime.status?.phase !== 'Bound') {
      await writeStatus(this.#context, dataVolume, {
        bound: pendingClaim(
          name,
          `[${prime?.metadata.name ?? 'prime'}] : waiting for its volume`,
        ),
        running: {
          status: 'False',
          reason: 'Unschedulable',
          message: 'Importer pod cannot be scheduled',
        },
      });
      return;
    }
    const abort = new AbortController();
    this.#runs.set(uid, abort);
    const signal = AbortSignal.any([abort.signal, this.#context.signal]);
    new ImportRun(this.#context, { dataVolume, claim, prime, signal })
      .run()
      .catch(error => this.#onRunError(dataVolume, error))
      .finally(() => {
        if (this.#runs.get(uid) === abort) this.#runs.delete(uid);
      });
  }

  /** A class that binds late waits for a Pod, unless the DataVolume asks to bind at once. */
  #mayBind(claim: Claim): boolean {
    const { caches } = this.#context;
    const storageClass = caches.storageClasses.get(
      claim.spec.storageClassName ?? '',
    );
    if (!storageClass) return false;
    if (storageClass.volumeBindingMode !== 'WaitForFirstConsumer') return true;
    if (
      'cdi.kubevirt.io/storage.bind.immediate.requested' in
      (claim.metadata.annotations ?? {})
    )
      return true;
    const used = caches.pods
      .all()
      .some(
        pod =>
          pod.metadata.namespace === claim.metadata.namespace &&
          pod.spec.volumes?.some(
            volume =>
              volume.persistentVolumeClaim?.claimName === claim.metadata.name,
          ),
      );
    if (!used) {
      const dataVolume = caches.dataVolumes.get(keyOf(claim));
      if (dataVolume) {
        writeStatus(this.#context, dataVolume, {
          phase: 'PendingPopulation',
          bound: pendingClaim(claim.metadata.name),
        }).catch(() => undefined);
      }
    }
    return used;
  }

  async #ensureSource(dataVolume: DataVolume, name: string) {
    const { client } = this.#context;
    const { namespace } = dataVolume.metadata;
    if (await client.get(RESOURCES.importSources, name, namespace)) return;
    const { http, blank } = dataVolume.spec.source ?? {};
    const source = {
      metadata: {
        name,
        namespace,
        ownerReferences: [ownerOf(RESOURCES.dataVolumes, dataVolume)],
      },
      spec: { source: http ? { http } : { blank: blank ?? {} } },
    };
    try {
      await client.create(RESOURCES.importSources, source);
    } catch (error) {
      if (!(error instanceof KubeError && error.code === 409)) throw error;
    }
  }

  #ensurePrime(
    dataVolume: DataVolume,
    claim: Claim,
  ): Promise<Claim | undefined> {
    return ensureHelperClaim(this.#context, {
      name: `prime-${claim.metadata.uid}`,
      namespace: claim.metadata.namespace!,
      owner: claim,
      spec: bareSpec(claim),
      annotations: {
        'cdi.kubevirt.io/storage.populator.kind': 'VolumeImportSource',
      },
      onQuota: async message => {
        await this.#remark(claim, 'Warning', 'ErrCreatingPVCPrime', message);
        this.#context.queues.dataVolumes.addAfter(
          keyOf(dataVolume),
          scaled(this.#context, 4_000),
        );
      },
    });
  }

  async #finish(dataVolume: DataVolume, claim: Claim, sourceName: string) {
    const { name, namespace } = dataVolume.metadata;
    await writeStatus(this.#context, dataVolume, {
      phase: 'Succeeded',
      progress: '100.0%',
      bound: { status: 'True', reason: 'Bound', message: `PVC ${name} Bound` },
      running: COMPLETED,
      ready: { status: 'True' },
    });
    const source = await this.#context.client.get(
      RESOURCES.importSources,
      sourceName,
      namespace,
    );
    if (source)
      await this.#context.client.delete(RESOURCES.importSources, source);
    // A stop between binding and cleaning up leaves the prime claim.
    const prime = this.#context.caches.claims.get(
      `${namespace}/prime-${claim.metadata.uid}`,
    );
    if (prime && !prime.metadata.deletionTimestamp)
      await this.#context.client.delete(RESOURCES.claims, prime);
  }

  async #onRunError(dataVolume: DataVolume, error: unknown) {
    if (this.#context.signal.aborted) return;
    if (
      this.#context.caches.dataVolumes.get(keyOf(dataVolume))?.metadata.uid !==
      dataVolume.metadata.uid
    )
      return;
    this.#context.log(
      `import of ${keyOf(dataVolume)} broke off: ${
        error instanceof Error ? error.message : error
      }`,
    );
    // The API was away, or an object went: looked at again in a moment.
    this.#context.queues.dataVolumes.addAfter(keyOf(dataVolume), 1_000);
  }

  #remark(
    claim: Claim,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ) {
    return this.#context.events.record(RESOURCES.claims, claim, {
      type,
      reason,
      message,
      component: 'import-populator',
    });
  }
}
