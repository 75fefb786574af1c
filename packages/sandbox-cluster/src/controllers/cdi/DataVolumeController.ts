import type { Context } from '../Context';
import { type DataVolume } from '../kube/types';
import { CloneController } from './CloneController';
import { writeStatus } from './conditions';
import { ImportController } from './ImportController';

/** Hands each DataVolume to who fills it. */
export class DataVolumeController {
  readonly #context: Context;
  readonly #imports: ImportController;
  readonly clones: CloneController;

  constructor(context: Context) {
    this.#context = context;
    this.#imports = new ImportController(context);
    this.clones = new CloneController(context);
  }

  abandon(uid: string) {
    this.#imports.abandon(uid);
    this.clones.abandon(uid);
  }

  async reconcile(key: string): Promise<void> {
    const dataVolume = this.#context.caches.dataVolumes.get(key);
    if (!dataVolume) return;
    if (dataVolume.metadata.deletionTimestamp) {
      this.abandon(dataVolume.metadata.uid!);
      return;
    }
    // A controller that is down gives no status at all (recorded).
    if (this.#context.faults.has('controller-down', dataVolume)) return;
    const { source, sourceRef } = dataVolume.spec;
    if (source?.http || source?.blank)
      await this.#imports.reconcile(dataVolume);
    else if (source?.pvc || source?.snapshot || sourceRef)
      await this.clones.reconcile(dataVolume);
    else await this.#refuse(dataVolume);
  }

  async #refuse(dataVolume: DataVolume) {
    const [type = 'none'] = Object.keys(dataVolume.spec.source ?? {});
    const message = `The sandbox does not import from "${type}"; it imports from http, and copies claims and snapshots`;
    await writeStatus(this.#context, dataVolume, {
      phase: 'ImportInProgress',
      running: { status: 'False', reason: 'Error', message },
      ready: { status: 'False' },
      restartCount: 1,
    });
  }
}
