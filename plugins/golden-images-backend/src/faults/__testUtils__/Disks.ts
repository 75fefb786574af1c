import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import type { Dice } from './Dice';

const NAMESPACES = ['golden-images', 'team-a', 'team-b'];
const CLAIMS = 'persistentvolumeclaims';
const CDI = '/apis/cdi.kubevirt.io/v1beta1';
const LONGHORN = '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes';

/** How far a disk has come; each step is one change of the cluster. */
type Stage =
  | 'asked'
  | 'claimed'
  | 'provisioned'
  | 'bound'
  | 'copying'
  | 'copied'
  | 'succeeded';

interface Disk {
  namespace: string;
  name: string;
  stage: Stage;
}

/** Objects that come and go in an API server, a change at a time. */
export class Disks {
  readonly #url: string;
  readonly #dice: Dice;
  readonly #disks: Disk[] = [];
  #made = 0;

  constructor(apiUrl: string, dice: Dice) {
    this.#url = apiUrl;
    this.#dice = dice;
  }

  get count() {
    return this.#disks.length;
  }

  async prepare() {
    for (const name of NAMESPACES) {
      await this.#send('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
    }
  }

  async changeSomething() {
    const chance = this.#dice.next();
    if (this.#disks.length < 5 || chance < 0.25) await this.#ask();
    else if (chance < 0.85) await this.#advance(this.#dice.pick(this.#disks));
    else if (chance < 0.92) await this.#report(this.#dice.pick(this.#disks));
    else await this.#remove(this.#dice.below(this.#disks.length));
  }

  async #ask() {
    this.#made += 1;
    const namespace = this.#dice.pick(NAMESPACES);
    const name = `disk-${this.#made}`;
    const image = namespace === 'golden-images';
    await this.#send('POST', `${CDI}/namespaces/${namespace}/datavolumes`, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolume',
      metadata: {
        name,
        namespace,
        labels: { [LABELS.role]: image ? 'golden-image' : 'clone' },
        annotations: {
          [ANNOTATIONS.requestHash]: `hash-${name}`,
          [ANNOTATIONS.entityRef]: `component:default/of-${this.#made % 7}`,
        },
      },
      spec: {
        source: image
          ? { http: { url: 'https://images.example/disk.qcow2' } }
          : { pvc: { namespace: 'golden-images', name: 'source' } },
        pvc: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
          storageClassName: 'longhorn',
        },
      },
    });
    this.#disks.push({ namespace, name, stage: 'asked' });
  }

  async #advance(disk: Disk) {
    const { namespace, name } = disk;
    const volume = `pvc-${namespace}-${name}`;
    switch (disk.stage) {
      case 'asked':
        await this.#send('POST', this.#claims(disk), {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            name,
            namespace,
            labels: { [LABELS.kubernetesId]: name },
          },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1Gi' } },
            storageClassName: 'longhorn',
            volumeName: volume,
          },
        });
        disk.stage = 'claimed';
        break;
      case 'claimed':
        await this.#send('POST', '/api/v1/persistentvolumes', {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: volume },
          spec: {
            accessModes: ['ReadWriteOnce'],
            capacity: { storage: '1Gi' },
            claimRef: { kind: 'PersistentVolumeClaim', namespace, name },
            csi: { driver: 'driver.longhorn.io', volumeHandle: volume },
            storageClassName: 'longhorn',
          },
        });
        disk.stage = 'provisioned';
        break;
      case 'provisioned':
        await this.#patch(`${this.#claims(disk)}/${name}/status`, {
          status: { phase: 'Bound', capacity: { storage: '1Gi' } },
        });
        disk.stage = 'bound';
        break;
      case 'bound':
        await this.#send('POST', LONGHORN, {
          apiVersion: 'longhorn.io/v1beta2',
          kind: 'Volume',
          metadata: { name: volume, namespace: 'longhorn-system' },
          spec: {
            size: String(1024 ** 3),
            dataSource: namespace === 'golden-images' ? '' : 'vol://pvc-source',
          },
        });
        disk.stage = 'copying';
        break;
      case 'copying':
        await this.#patch(`${LONGHORN}/${volume}/status`, {
          status: {
            robustness: 'unknown',
            actualSize: 1000,
            cloneStatus: {
              state: this.#dice.pick(['initiated', 'failed', 'completed']),
              attemptCount: 1,
            },
          },
        });
        disk.stage = 'copied';
        break;
      case 'copied':
        await this.#patch(`${this.#volumes(disk)}/${name}/status`, {
          status: { phase: 'Succeeded', progress: '100.0%' },
        });
        disk.stage = 'succeeded';
        break;
      default:
        await this.#patch(`${LONGHORN}/${volume}/status`, {
          status: {
            actualSize: 1000 + this.#dice.below(1000),
            robustness: this.#dice.pick(['healthy', 'degraded', 'faulted']),
            cloneStatus: { state: 'completed' },
          },
        });
    }
  }

  /** An Event about its DataVolume, or a running message of the importer. */
  async #report({ namespace, name }: Disk) {
    const path = `${CDI}/namespaces/${namespace}/datavolumes`;
    const { metadata } = await this.#send('GET', `${path}/${name}`);
    await this.#send('POST', `/api/v1/namespaces/${namespace}/events`, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${this.#made}.${this.#dice.below(1e6)}` },
      involvedObject: {
        kind: 'DataVolume',
        namespace,
        name,
        uid: metadata.uid,
      },
      type: 'Normal',
      reason: 'ImportInProgress',
      message: 'Import into the claim in progress',
      count: 1,
      firstTimestamp: metadata.creationTimestamp,
      lastTimestamp: metadata.creationTimestamp,
    });
  }

  async #remove(index: number) {
    const [disk] = this.#disks.splice(index, 1);
    const { name, stage } = disk;
    const volume = `pvc-${disk.namespace}-${name}`;
    await this.#send('DELETE', `${this.#volumes(disk)}/${name}`);
    if (stage === 'asked') return;
    await this.#send('DELETE', `${this.#claims(disk)}/${name}`);
    if (stage === 'claimed') return;
    await this.#send('DELETE', `/api/v1/persistentvolumes/${volume}`);
    if (stage === 'provisioned' || stage === 'bound') return;
    await this.#send('DELETE', `${LONGHORN}/${volume}`);
  }

  #claims({ namespace }: Disk) {
    return `/api/v1/namespaces/${namespace}/${CLAIMS}`;
  }

  #volumes({ namespace }: Disk) {
    return `${CDI}/namespaces/${namespace}/datavolumes`;
  }

  #patch(path: string, change: object) {
    return this.#send('PATCH', path, change);
  }

  async #send(method: string, path: string, body?: object) {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: 'Bearer admin',
        'content-type':
          method === 'PATCH'
            ? 'application/merge-patch+json'
            : 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text);
  }
}
