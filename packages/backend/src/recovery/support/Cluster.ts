import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';

const CLAIMS = 'api/v1/persistentvolumeclaims';
const DATA_VOLUMES = 'apis/cdi.kubevirt.io/v1beta1/datavolumes';
const POLL_MS = 100;
const LONGHORN_VOLUMES = 'apis/longhorn.io/v1beta2/volumes';

interface KubernetesObject {
  kind: string;
  metadata: { namespace: string; name: string; uid: string };
  // The tests assert what they read.
  spec: ReturnType<typeof JSON.parse>;
  status?: ReturnType<typeof JSON.parse>;
}

export interface ClaimName {
  namespace: string;
  name: string;
}

/** What there is of a disk in the cluster, and all that there ever was. */
export interface SeenDisk {
  /** Of every claim of that name since the witness began. */
  claimUids: string[];
  /** Of every DataVolume of that name. */
  dataVolumeUids: string[];
  /** Absent: it does not exist, or not any more. */
  claim?: KubernetesObject;
  /** Names of the PersistentVolumes that are bound to the claim. */
  persistentVolumes: string[];
  /** Names of the Longhorn volumes behind these, or that say to be of the claim. */
  longhornVolumes: string[];
  capacity?: string;
}

/** The cluster itself, asked past the product, and watched from the beginning. */
export class Cluster {
  readonly url: string;
  readonly token: string;
  readonly #ended = new AbortController();
  readonly #seen = new Map<string, Set<string>>();
  readonly #listeners = new Set<() => void>();
  readonly #watches: Promise<void>[] = [];

  private constructor(kubeconfigPath: string) {
    const { clusters, users } = parse(readFileSync(kubeconfigPath, 'utf8'));
    this.url = clusters[0].cluster.server;
    this.token = users[0].user.token;
  }

  static open(kubeconfigPath: string): Cluster {
    const cluster = new Cluster(kubeconfigPath);
    cluster.#watches.push(
      cluster.#watch(CLAIMS, 'PersistentVolumeClaim'),
      cluster.#watch(DATA_VOLUMES, 'DataVolume'),
    );
    return cluster;
  }

  async createNamespace(name: string) {
    await this.#send('POST', 'api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
  }

  async disk({ namespace, name }: ClaimName): Promise<SeenDisk> {
    const ofName = ({ metadata }: KubernetesObject) =>
      metadata.namespace === namespace && metadata.name === name;
    const claim = (await this.#list(CLAIMS)).find(ofName);
    // Of core objects, a list does not name the kind.
    if (claim) {
      await this.#untilSeen({ ...claim, kind: 'PersistentVolumeClaim' });
    }
    const dataVolumes = (await this.#list(DATA_VOLUMES)).filter(ofName);
    for (const each of dataVolumes) await this.#untilSeen(each);
    const volumes = (await this.#list('api/v1/persistentvolumes')).filter(
      ({ spec }) =>
        spec.claimRef?.namespace === namespace && spec.claimRef?.name === name,
    );
    const handles = volumes.map(({ spec }) => spec.csi.volumeHandle);
    const longhorn = (await this.#list(LONGHORN_VOLUMES)).filter(
      ({ metadata, status }) =>
        handles.includes(metadata.name) ||
        (status?.kubernetesStatus?.namespace === namespace &&
          status?.kubernetesStatus?.pvcName === name),
    );
    const uidsOf = (kind: string) =>
      Array.from(this.#seen.get(`${kind} ${namespace}/${name}`) ?? []);
    return {
      claimUids: uidsOf('PersistentVolumeClaim'),
      dataVolumeUids: uidsOf('DataVolume'),
      claim,
      persistentVolumes: volumes.map(({ metadata }) => metadata.name),
      longhornVolumes: longhorn.map(({ metadata }) => metadata.name),
      capacity: volumes[0]?.spec.capacity.storage,
    };
  }

  /** Once nothing is left of a disk: its bytes go after its claim. */
  async diskOnceFreed(name: ClaimName): Promise<SeenDisk> {
    for (;;) {
      const disk = await this.disk(name);
      const left = [...disk.persistentVolumes, ...disk.longhornVolumes];
      if (!disk.claim && left.length === 0) return disk;
      await delay(POLL_MS);
    }
  }

  async close() {
    this.#ended.abort();
    await Promise.all(this.#watches);
  }

  /** The watch tells of objects in their order: with this one it has told of all that had its name before. */
  #untilSeen({ kind, metadata }: KubernetesObject): Promise<void> {
    const key = `${kind} ${metadata.namespace}/${metadata.name}`;
    return new Promise(resolve => {
      const look = () => {
        if (!this.#seen.get(key)?.has(metadata.uid)) return;
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
      look();
    });
  }

  async #watch(path: string, kind: string) {
    const { signal } = this.#ended;
    try {
      const response = await fetch(
        `${this.url}/${path}?watch=true&resourceVersion=0`,
        { headers: this.#headers(), signal },
      );
      const lines = createInterface({
        input: Readable.fromWeb(response.body as never),
      });
      for await (const line of lines) {
        const { metadata } = (JSON.parse(line) as { object: KubernetesObject })
          .object;
        const key = `${kind} ${metadata.namespace}/${metadata.name}`;
        const uids = this.#seen.get(key) ?? new Set();
        this.#seen.set(key, uids.add(metadata.uid));
        this.#listeners.forEach(listener => listener());
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #list(path: string): Promise<KubernetesObject[]> {
    const { items } = await this.#send('GET', path);
    return items;
  }

  async #send(method: string, path: string, body?: object) {
    const response = await fetch(`${this.url}/${path}`, {
      method,
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text);
  }

  #headers() {
    return { authorization: `Bearer ${this.token}` };
  }
}
