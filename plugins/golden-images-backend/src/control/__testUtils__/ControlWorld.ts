import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import type { Knex } from 'knex';
import type { ClusterConfig } from '../../config/types';
import { RESOURCES, type ResourceType } from '../../kubernetes';
import type { Tracking } from '../../tracking';
import { FakeCluster } from '../../tracking/__testUtils__/FakeCluster';
import {
  IMAGES,
  startTracking,
  until,
} from '../../tracking/__testUtils__/startTracking';
import { TestTiming } from '../../tracking/__testUtils__/TestTiming';
import { World } from '../../tracking/__testUtils__/world';

const { claims, dataSources, dataVolumes, longhornVolumes } = RESOURCES;
const { persistentVolumes } = RESOURCES;

export const keyOf = (name: string) => ({
  cluster: 'c1',
  namespace: IMAGES,
  name,
});
export const volumeOf = (name: string) => `pvc-of-${IMAGES}-${name}`;

/** A cluster with versions of `debian`, and who retires them. */
export class ControlWorld {
  readonly cluster = new FakeCluster();
  readonly world = new World(this.cluster);
  readonly timing = new TestTiming();
  readonly #knex: Knex;
  #tracking?: Tracking;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  get tracking(): Tracking {
    if (!this.#tracking) throw new Error('It has not been started');
    return this.#tracking;
  }

  async start(over: Partial<ClusterConfig> = {}) {
    const started = await startTracking(
      this.#knex,
      [this.cluster],
      this.timing,
      over,
    );
    this.#tracking = started.tracking;
  }

  async close() {
    await this.#tracking?.stop();
    await this.#knex.destroy();
  }

  read(type: ResourceType, name: string) {
    return this.cluster.get({ type, namespace: IMAGES, name });
  }

  eventually<T>(what: string, probe: () => Promise<T | undefined | false>) {
    return until(what, async () => {
      this.timing.pass(500);
      return probe();
    });
  }

  isGone(name: string) {
    return this.eventually(`${name} is deleted`, async () => {
      return (await this.read(dataVolumes, name)) === undefined;
    });
  }

  async history(name: string) {
    const page = await this.tracking.listActivity(keyOf(name), { limit: 50 });
    return page.items;
  }

  noted(name: string, action: string) {
    return this.eventually(`${action} of ${name}`, async () =>
      (await this.history(name)).find(entry => entry.action === action),
    );
  }

  waitsFor(name: string, words: RegExp) {
    return this.eventually(`${name} waits for ${words}`, async () => {
      const row = await this.tracking.reader.getImage(keyOf(name));
      return words.test(row?.object.retirement?.waitingFor ?? '');
    });
  }

  async publishVersion(version: string) {
    const name = `debian-${version}`;
    this.world.requestImport('debian', version);
    this.world.finishImport(name);
    await this.eventually(`${version} is current`, async () => {
      const row = await this.tracking.reader.getImage(keyOf(name));
      return row?.object.current;
    });
  }

  /** Two versions, of which 13 is the current one. */
  async publish() {
    await this.publishVersion('12');
    await this.publishVersion('13');
  }

  mark(name: string, more: object = {}) {
    const by = 'user:default/dana';
    const at = new Date(this.timing.nowMs()).toISOString();
    this.annotate(name, {
      [ANNOTATIONS.retiring]: JSON.stringify({ by, at, ...more }),
    });
  }

  annotate(name: string, annotations: Record<string, string | null>) {
    this.cluster.change(dataVolumes, IMAGES, name, {
      metadata: { annotations },
    });
  }

  /** As the garbage collector does it. */
  collectClaim(name: string) {
    this.cluster.remove(claims, IMAGES, name);
  }

  /** As Longhorn and its CSI driver do it. */
  collectVolume(name: string) {
    const { cluster } = this;
    cluster.remove(persistentVolumes, undefined, volumeOf(name));
    cluster.remove(longhornVolumes, 'longhorn-system', volumeOf(name));
  }

  deletions() {
    return this.cluster.writes.filter(write => write.startsWith('delete'));
  }

  async freeingOf(image: string) {
    const alias = await this.read(dataSources, image);
    return alias?.metadata.annotations?.[ANNOTATIONS.freeing];
  }
}
