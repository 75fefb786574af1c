import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeQcow2 } from '../bytes';
import { KubeClient } from '../controllers';
import { Cache } from '../controllers/kube/Cache';
import {
  RESOURCES,
  keyOf,
  type Claim,
  type DataVolume,
  type Kube,
  type LonghornVolume,
  type PersistentVolume,
  type Resource,
} from '../controllers/kube/types';
import { makeDemoImages, SMALL_DEMO_IMAGES } from '../image-server';
import {
  startSandbox,
  type Sandbox,
  type SandboxOptions,
} from '../startSandbox';

const MIB = 2 ** 20;

/** Bytes of the disk inside of `small.qcow2`. */
export const SMALL_DISK_BYTES = 4 * MIB;

/** Images of few bytes: what is tested here does not depend on their size. */
async function makeSmallImages(folder: string) {
  await mkdir(folder, { recursive: true });
  await makeDemoImages(folder, SMALL_DEMO_IMAGES);
  await writeQcow2({
    path: join(folder, 'small.qcow2'),
    virtualBytes: SMALL_DISK_BYTES,
    read: (offsetBytes, lengthBytes) =>
      offsetBytes < MIB
        ? Buffer.alloc(lengthBytes, `block ${offsetBytes} `)
        : undefined,
  });
}

interface EventObject extends Kube {
  reason: string;
  message: string;
  type: string;
  involvedObject: { name: string; kind: string };
}

/** A sandbox of a test's own, and what happens in it. */
export class SandboxFixture {
  readonly sandbox: Sandbox;
  readonly client: KubeClient;
  readonly dataVolumes: Cache<DataVolume>;
  readonly claims: Cache<Claim>;
  readonly volumes: Cache<PersistentVolume>;
  readonly longhornVolumes: Cache<LonghornVolume>;
  readonly events: Cache<EventObject>;
  readonly #folder: string;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #phases = new Map<string, string[]>();

  private constructor(sandbox: Sandbox, folder: string) {
    this.sandbox = sandbox;
    this.#folder = folder;
    this.client = KubeClient.fromFile(sandbox.kubeconfigPath);
    this.dataVolumes = this.#cache<DataVolume>(RESOURCES.dataVolumes);
    this.claims = this.#cache<Claim>(RESOURCES.claims);
    this.volumes = this.#cache<PersistentVolume>(RESOURCES.volumes);
    this.longhornVolumes = this.#cache<LonghornVolume>(
      RESOURCES.longhornVolumes,
    );
    this.events = this.#cache<EventObject>(RESOURCES.events);
    this.dataVolumes.onChange((key, { status }) => {
      const phase = status?.phase;
      const seen = this.#phases.get(key) ?? [];
      if (phase && seen.at(-1) !== phase) seen.push(phase);
      this.#phases.set(key, seen);
    });
  }

  static async start(
    options: Partial<SandboxOptions> = {},
    folder?: string,
  ): Promise<SandboxFixture> {
    const dataDir =
      folder ?? (await mkdtemp(join(tmpdir(), 'golden-images-sandbox-')));
    await makeSmallImages(join(dataDir, 'images'));
    const sandbox = await startSandbox({
      dataDir,
      timeFactor: 0.01,
      ...options,
    });
    const fixture = new SandboxFixture(sandbox, dataDir);
    await Promise.all(
      [
        fixture.dataVolumes,
        fixture.claims,
        fixture.volumes,
        fixture.longhornVolumes,
        fixture.events,
      ].map(cache => cache.start(fixture.#abort.signal)),
    );
    if (!folder) await fixture.namespace('golden-images');
    return fixture;
  }

  get folder() {
    return this.#folder;
  }

  #cache<T extends Kube>(resource: Resource): Cache<T> {
    const cache = new Cache<T>(this.client, resource);
    this.follow(cache);
    return cache;
  }

  /** Has `until` ask again when these change, too. */
  follow(...caches: Pick<Cache<Kube>, 'onChange'>[]) {
    for (const cache of caches)
      cache.onChange(() => this.#listeners.forEach(listener => listener()));
  }

  /** Resolves with the first answer that is not `undefined`, asked for after each change in the cluster. */
  until<T>(ask: () => T | undefined): Promise<T> {
    return new Promise(resolve => {
      const look = () => {
        const found = ask();
        if (found === undefined) return;
        this.#listeners.delete(look);
        resolve(found);
      };
      this.#listeners.add(look);
      look();
    });
  }

  phasesOf(key: string): string[] {
    return this.#phases.get(key) ?? [];
  }

  eventsOf(name: string, reason: string): EventObject[] {
    return this.events
      .all()
      .filter(
        event => event.involvedObject.name === name && event.reason === reason,
      );
  }

  async namespace(name: string) {
    await this.client.create(RESOURCES.namespaces, { metadata: { name } });
  }

  importInto(
    name: string,
    url: string,
    options: {
      namespace?: string;
      size?: string;
      checksum?: string;
      storageClass?: string;
      volumeMode?: 'Block';
    } = {},
  ) {
    return this.client.create<DataVolume>(RESOURCES.dataVolumes, {
      metadata: { name, namespace: options.namespace ?? 'golden-images' },
      spec: {
        source: {
          http: {
            url,
            ...(options.checksum ? { checksum: options.checksum } : {}),
          },
        },
        pvc: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: options.size ?? '1Gi' } },
          storageClassName: options.storageClass ?? 'longhorn',
          ...(options.volumeMode ? { volumeMode: options.volumeMode } : {}),
        },
      },
    });
  }

  cloneOf(
    source: string,
    name: string,
    options: {
      namespace?: string;
      size?: string;
      accessMode?: string;
      volumeMode?: 'Block';
    } = {},
  ) {
    return this.client.create<Claim>(RESOURCES.claims, {
      metadata: { name, namespace: options.namespace ?? 'golden-images' },
      spec: {
        dataSource: {
          name: source,
          kind: 'PersistentVolumeClaim',
          apiGroup: '',
        },
        accessModes: [options.accessMode ?? 'ReadWriteOnce'],
        resources: { requests: { storage: options.size ?? '1Gi' } },
        storageClassName: 'longhorn',
        ...(options.volumeMode ? { volumeMode: options.volumeMode } : {}),
      },
    });
  }

  /** The image of this name, once CDI says Succeeded and its claim is bound. */
  imported(key: string): Promise<Claim> {
    return this.until(() => {
      const claim = this.claims.get(key);
      const succeeded =
        this.dataVolumes.get(key)?.status?.phase === 'Succeeded';
      return succeeded && claim?.status?.phase === 'Bound' ? claim : undefined;
    });
  }

  /** The Longhorn volume behind a claim, once its copy is done. */
  copied(key: string): Promise<LonghornVolume> {
    return this.until(() => {
      const volume = this.longhornOf(key);
      return volume?.status?.cloneStatus?.state === 'completed'
        ? volume
        : undefined;
    });
  }

  longhornOf(key: string): LonghornVolume | undefined {
    const claim = this.claims.get(key);
    const handle = this.volumes.get(claim?.spec.volumeName ?? '')?.spec.csi
      ?.volumeHandle;
    return this.longhornVolumes.get(`longhorn-system/${handle}`);
  }

  /** Path of the disk in the volume behind a claim. */
  diskOf(key: string, file = 'disk.img'): string {
    const claim = this.claims.get(key);
    const handle =
      this.volumes.get(claim?.spec.volumeName ?? '')?.spec.csi?.volumeHandle ??
      'none';
    return join(this.sandbox.disksFolder, handle, file);
  }

  /** Ends the sandbox and leaves its folder. */
  async stop() {
    this.#abort.abort();
    await this.sandbox.close();
  }

  async remove() {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export { keyOf };
