import type { Context } from '../Context';
import {
  RESOURCES,
  keyOf,
  type Condition,
  type DataSource,
} from '../kube/types';

const TAKEN_LABELS =
  /^instancetype\.kubevirt\.io\/|^cdi\.kubevirt\.io\/dataImportCron$/;

/** Says of a DataSource whether what it points at can be cloned, as CDI 1.66 does. */
export class DataSourceController {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async reconcile(key: string): Promise<void> {
    const { caches, client, now } = this.#context;
    const found = caches.dataSources.get(key);
    if (!found || found.metadata.deletionTimestamp) return;
    const dataSource = await this.#withLabels(found);
    const ready = this.#ready(dataSource);
    const before = dataSource.status?.conditions?.find(
      ({ type }) => type === 'Ready',
    );
    if (
      before?.status === ready.status &&
      before.reason === ready.reason &&
      before.message === ready.message
    )
      return;
    const time = now()
      .toISOString()
      .replace(/\.\d{3}Z$/, 'Z');
    const updated = await client.patchStatus<DataSource>(
      RESOURCES.dataSources,
      dataSource,
      {
        conditions: [
          {
            ...ready,
            lastHeartbeatTime: time,
            lastTransitionTime:
              before?.status === ready.status
                ? before.lastTransitionTime
                : time,
          },
        ],
        source: dataSource.spec.source,
      },
    );
    caches.dataSources.put(updated);
  }

  /** Those of the claim that say what virtual machines on it are made like (recorded with CDI 1.66). */
  async #withLabels(dataSource: DataSource): Promise<DataSource> {
    const { caches, client } = this.#context;
    const { metadata, spec } = dataSource;
    const { namespace = metadata.namespace, name } = spec.source?.pvc ?? {};
    const claim = caches.claims.get(`${namespace}/${name}`);
    const labels = Object.entries(claim?.metadata.labels ?? {}).filter(
      ([label, value]) =>
        TAKEN_LABELS.test(label) && metadata.labels?.[label] !== value,
    );
    if (labels.length === 0) return dataSource;
    const updated = await client.patch<DataSource>(
      RESOURCES.dataSources,
      dataSource,
      { metadata: { labels: Object.fromEntries(labels) } },
    );
    caches.dataSources.put(updated);
    return updated;
  }

  #ready(dataSource: DataSource): Condition {
    const { caches } = this.#context;
    const pvc = dataSource.spec.source?.pvc;
    if (!pvc)
      return {
        type: 'Ready',
        status: 'False',
        reason: 'NoSource',
        message: 'No source PVC set',
      };
    const key = `${pvc.namespace ?? dataSource.metadata.namespace}/${pvc.name}`;
    const dataVolume = caches.dataVolumes.get(key);
    if (dataVolume && dataVolume.status?.phase !== 'Succeeded') {
      const phase = dataVolume.status?.phase ?? '';
      return {
        type: 'Ready',
        status: 'False',
        reason: phase || 'Pending',
        message: `Import DataVolume phase ${phase}`,
      };
    }
    if (!caches.claims.get(key))
      return {
        type: 'Ready',
        status: 'False',
        reason: 'NotFound',
        message: 'PVC not found',
      };
    return {
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: 'DataSource is ready to be consumed',
    };
  }

  /** DataSources that point at a claim of this name. */
  keysFor(claimKey: string): string[] {
    return this.#context.caches.dataSources
      .all()
      .filter(({ spec, metadata }) => {
        const pvc = spec.source?.pvc;
        return (
          pvc &&
          `${pvc.namespace ?? metadata.namespace}/${pvc.name}` === claimKey
        );
      })
      .map(keyOf);
  }
}
