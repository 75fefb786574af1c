import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseOf, KINDS, valuesOf, VERSION, type Case } from './cases';
import type { Cluster, SeenDisk } from './Cluster';
import { Gate } from './Gate';
import { Portal, type Layout } from './Portal';

export interface Result {
  disk: SeenDisk;
  /** Of a deletion: what there was of it. */
  before?: SeenDisk;
  task: Awaited<ReturnType<Portal['task']>>;
}

/** A portal of its own, whose templates stand still where they are hit. */
export class Round {
  readonly gate: Gate;
  readonly portal: Portal;
  readonly #cluster: Cluster;
  readonly #imageUrl: string;
  readonly #tasks = new Map<Case, string>();
  readonly #before = new Map<Case, SeenDisk>();

  private constructor(
    parts: { gate: Gate; portal: Portal; cluster: Cluster },
    imageUrl: string,
  ) {
    this.gate = parts.gate;
    this.portal = parts.portal;
    this.#cluster = parts.cluster;
    this.#imageUrl = imageUrl;
  }

  static async start(options: {
    cluster: Cluster;
    imageUrl: string;
    layout: Layout;
    postgresUrl?: string;
    databasePrefix?: string;
    width?: number;
  }): Promise<Round> {
    const { cluster, imageUrl, width = 100 } = options;
    const gate = new Gate();
    const portal = await Portal.start({
      ...options,
      gate,
      width,
      folder: mkdtempSync(join(tmpdir(), 'golden-images-recovery-')),
      cluster: { url: cluster.url, token: cluster.token },
      imageServer: new URL(imageUrl),
    });
    const round = new Round({ gate, portal, cluster }, imageUrl);
    await round.#importBase();
    return round;
  }

  /** Makes what a deletion is to find. */
  async prepare(each: Case) {
    if (KINDS[each.kind].leaves !== 'nothing') return;
    const { namespace, claim } = each;
    const image = { name: 'base', version: VERSION };
    await this.portal.clone({ image, namespace, name: claim });
    const before = await this.#cluster.disk({ namespace, name: claim });
    this.#before.set(each, before);
  }

  /** Starts the task of a case. */
  async begin(each: Case) {
    const { template } = KINDS[each.kind];
    const values = valuesOf(each, this.#imageUrl);
    const id = await this.portal.startTask(template, values, each.claim);
    this.#tasks.set(each, id);
  }

  /** Kills a process while each case is exactly there, and lets another take its place. */
  async killAt(cases: Case[], process: string) {
    if (cases.length === 0) return;
    const { gate } = this;
    for (const each of cases) await this.prepare(each);
    const held = cases.map(({ moment, claim }) => gate.hold(moment, claim));
    for (const each of cases) await this.begin(each);
    await Promise.all(held);
    await this.restart(process);
    await Promise.all(cases.map(({ claim }) => gate.whenEnded(claim)));
  }

  /** Kills a process with all that stands still in it, and starts it again. */
  async restart(process: string) {
    await this.portal.kill(process);
    // Nobody asks a scaffolder: what it asked for goes on without it. What was
    // asked of the others is lost with them.
    this.gate.drop(process === 'scaffolder' ? process : undefined);
    this.gate.release();
    await this.portal.start(process);
  }

  /** What came of a case. */
  async result(each: Case): Promise<Result> {
    const id = this.#tasks.get(each);
    if (id === undefined) throw new Error(`${each.title} was not begun`);
    const task = await this.portal.task(id);
    const before = this.#before.get(each);
    const name = { namespace: each.namespace, name: each.claim };
    const disk =
      before && task.status === 'completed'
        ? await this.#cluster.diskOnceFreed(name)
        : await this.#cluster.disk(name);
    return { disk, before, task };
  }

  async stop() {
    await this.portal.stop();
  }

  /** The image that clones are made of; there after the first round. */
  async #importBase() {
    const base = { ...caseOf('import', 'request', ''), name: 'base' };
    await this.begin({ ...base, claim: 'base-1' });
    await this.gate.whenEnded('base-1');
  }
}
