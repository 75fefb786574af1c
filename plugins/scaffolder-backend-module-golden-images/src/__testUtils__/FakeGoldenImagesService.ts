import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
  ResponseError,
} from '@backstage/errors';
import type {
  CloneBatchRequest,
  CloneRequest,
  ImageDependents,
  ImportRequest,
  Image,
  ManifestsRequest,
  Volume,
  WaitStatus,
} from '@golden-images/plugin-golden-images-common';
import { stateSentence } from '@golden-images/plugin-golden-images-common';
import type {
  GoldenImagesCallOptions,
  GoldenImagesObjectKey,
  GoldenImagesService,
} from '@golden-images/plugin-golden-images-node';

/** What one question about a wait is answered with. */
interface Step
  extends Partial<
    Pick<
      Volume,
      'reason' | 'message' | 'remedy' | 'retries' | 'progressPercent'
    >
  > {
  state?: (Volume | Image)['state'];
  outcome?: WaitStatus['outcome'];
  stage?: WaitStatus['stage'];
  throws?: Error;
  retirement?: Image['retirement'];
  contentType?: Image['contentType'];
  /** It does not exist any more. */
  absent?: boolean;
  /** The watchers have not seen the object yet. */
  unseen?: boolean;
}

const facts = {
  cluster: 'dev-1',
  ours: true,
  accessModes: ['ReadWriteOnce'],
  observedAt: '2026-11-01T10:00:00.000Z',
  sizes: { capacityBytes: 2 ** 30 },
};

/**
 * The backend in memory: creates are idempotent by name and body, and a wait
 * walks through the given steps, one at each question.
 */
export class FakeGoldenImagesService implements GoldenImagesService {
  readonly asked: { method: string; principal: string }[] = [];
  readonly objects = new Map<string, string>();
  readonly released: string[] = [];
  /** For whom each question about a wait was asked. */
  readonly heldFor: (string | undefined)[] = [];
  steps: Step[] = [];
  /** uids of objects that can be deleted, by `kind/name`. */
  readonly uids = new Map<string, string>();
  /** Orders to delete, with the uid that was meant. */
  readonly deleted: string[] = [];
  dependents: Partial<ImageDependents> = {};
  /** What is refused when a clone is asked for, also in a dry run. */
  refusesClone?: Error;
  releaseSentence = 'Nothing was left behind.';
  #position = 0;

  #note(method: string, { credentials }: GoldenImagesCallOptions) {
    const principal = credentials.principal as {
      type: string;
      userEntityRef?: string;
      subject?: string;
    };
    this.asked.push({
      method,
      principal: principal.userEntityRef ?? principal.type,
    });
    return principal;
  }

  #create(name: string, request: object, dryRun?: boolean) {
    const body = JSON.stringify({
      ...request,
      taskId: undefined,
      timeoutSeconds: undefined,
    });
    const before = this.objects.get(name);
    if (before !== undefined && before !== body) {
      throw new ConflictError(`${name}: exists with other inputs`);
    }
    if (!dryRun) this.objects.set(name, body);
    return before === undefined;
  }

  async importImage(
    { dryRun, ...request }: ImportRequest & { dryRun?: boolean },
    options: GoldenImagesCallOptions,
  ) {
    this.#note('importImage', options);
    const name = [request.name, request.version].filter(Boolean).join('-');
    const created = this.#create(name, request, dryRun);
    return {
      created,
      dryRun: dryRun ?? false,
      image: this.#image(name, { state: 'pending' }),
      waitHandle: dryRun ? undefined : `v1.image.${name}`,
      warnings: [],
    };
  }

  async cloneImage(
    { dryRun, ...request }: CloneRequest & { dryRun?: boolean },
    options: GoldenImagesCallOptions,
  ) {
    this.#note('cloneImage', options);
    if (this.refusesClone) throw this.refusesClone;
    const created = this.#create(request.name, request, dryRun);
    return {
      created,
      dryRun: dryRun ?? false,
      volume: this.#volume(request.name, { state: 'pending' }),
      waitHandle: dryRun ? undefined : `v1.volume.${request.name}`,
      warnings: ['The bytes of this image are not verified'],
    };
  }

  async cloneImages(
    { items, dryRun }: CloneBatchRequest & { dryRun?: boolean },
    options: GoldenImagesCallOptions,
  ) {
    this.#note('cloneImages', options);
    const results = await Promise.allSettled(
      items.map(item => this.cloneImage({ ...item, dryRun }, options)),
    );
    return {
      dryRun: dryRun ?? false,
      items: results.map(result =>
        result.status === 'fulfilled'
          ? result.value
          : {
              error: {
                name: result.reason.name,
                message: result.reason.message,
              },
            },
      ),
    };
  }

  async createWait(
    request: { kind: string; name: string },
    options: GoldenImagesCallOptions,
  ) {
    this.#note('createWait', options);
    return { waitHandle: `v1.${request.kind}.${request.name}` };
  }

  async probeImage(): Promise<never> {
    throw new Error('No action looks at images');
  }

  async getWaitStatus(
    { waitHandle, onBehalfOf }: { waitHandle: string; onBehalfOf?: string },
    options: GoldenImagesCallOptions,
  ): Promise<WaitStatus> {
    this.heldFor.push(onBehalfOf);
    const principal = this.#note('getWaitStatus', options);
    if (principal.type !== 'service')
      throw new NotAllowedError('services only');
    const step = this.steps[Math.min(this.#position, this.steps.length - 1)];
    this.#position += 1;
    if (step.throws) throw step.throws;
    const [, kind, name] = waitHandle.split('.');
    const object =
      kind === 'image' ? this.#image(name, step) : this.#volume(name, step);
    return {
      outcome: step.outcome ?? 'waiting',
      stage: step.stage ?? 'accepted',
      sentence: stateSentence(object, 0),
      reason: object.reason,
      message: object.message,
      remedy: object.remedy,
      object: step.unseen || step.absent ? undefined : object,
      cluster: {
        name: 'dev-1',
        connection: 'connected',
        missing: [],
        imageNamespaces: [],
      },
    };
  }

  async releaseWait(
    { waitHandle, onBehalfOf }: { waitHandle: string; onBehalfOf?: string },
    options: GoldenImagesCallOptions,
  ) {
    this.heldFor.push(onBehalfOf);
    this.#note('releaseWait', options);
    this.released.push(waitHandle);
    return { outcome: 'deleted' as const, sentence: this.releaseSentence };
  }

  #image(name: string, step: Step): Image {
    return {
      ...facts,
      kind: 'image',
      namespace: 'golden-images',
      name,
      image: name.split('-')[0],
      version: name.split('-')[1],
      current: false,
      verified: 'none',
      protection: 'advisory',
      ...step,
    } as Image;
  }

  #volume(name: string, step: Step): Volume {
    return {
      ...facts,
      kind: 'volume',
      namespace: 'team-a-dev',
      name,
      usedBy: [],
      source: { name: 'linux', image: 'linux', version: '1' },
      entityRef: 'component:default/orders',
      uid: 'uid-1',
      ...step,
    } as Volume;
  }

  async deleteVolume(
    request: Parameters<GoldenImagesService['deleteVolume']>[0],
    options: GoldenImagesCallOptions,
  ) {
    this.#note('deleteVolume', options);
    const uid = await this.#remove('volume', request);
    const { name, dryRun = false } = request;
    return {
      dryRun,
      outcome: 'deleted' as const,
      sentence: `${name} is deleted, with all that was in it`,
      uid,
      waitHandle: dryRun ? undefined : `v1.volume.${name}`,
    };
  }

  async retireImage(
    request: Parameters<GoldenImagesService['retireImage']>[0],
    options: GoldenImagesCallOptions,
  ) {
    this.#note('retireImage', options);
    const { name, dryRun = false } = request;
    const dependents = {
      blockers: [],
      running: [],
      unseen: [],
      clones: [],
      otherClones: 0,
      ...this.dependents,
    };
    const blocked = dependents.blockers.length > 0 && !dryRun;
    if (blocked) throw await refusal(409, 'ConflictError', 'blocked');
    const uid = await this.#remove('image', request);
    return {
      dryRun,
      image: this.#image(name, { state: 'ready' }),
      dependents,
      uid,
      waitHandle: dryRun ? undefined : `v1.image.${name}`,
    };
  }

  async #remove(
    kind: string,
    request: { name: string; uid?: string; dryRun?: boolean },
  ) {
    const { name, uid: meant, dryRun } = request;
    const uid = this.uids.get(`${kind}/${name}`);
    if (uid === undefined || (meant !== undefined && meant !== uid)) {
      throw await refusal(404, 'NotFoundError', `There is no ${name}`);
    }
    if (!dryRun) this.deleted.push(`${name} ${meant}`);
    return uid;
  }

  async makeManifests(
    request: ManifestsRequest,
    options: GoldenImagesCallOptions,
  ) {
    this.#note('makeManifests', options);
    const { clone, import: asked } = request;
    const name =
      clone?.name ?? [asked?.name, asked?.version].filter(Boolean).join('-');
    const object = (kind: string) => ({
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: 'team-a-dev' },
    });
    return clone
      ? {
          manifests: [object('PersistentVolumeClaim')],
          object: this.#volume(name, { state: 'pending' }),
          warnings: ['name: there is one'],
        }
      : {
          manifests: [object('DataVolume'), object('DataSource')],
          object: this.#image(name, { state: 'pending' }),
          warnings: [],
        };
  }

  async listClusters() {
    return ['dev-1'].map(name => ({
      name,
      connection: 'connected' as const,
      missing: [],
      imageNamespaces: ['golden-images'],
    }));
  }

  async getImage({ name }: GoldenImagesObjectKey): Promise<Image> {
    if (!this.uids.has(`image/${name}`)) throw new NotFoundError(name);
    return this.#image(name, { state: 'importing' });
  }

  async getVolume({ name }: GoldenImagesObjectKey): Promise<Volume> {
    if (!this.uids.has(`volume/${name}`)) throw new NotFoundError(name);
    return this.#volume(name, { state: 'copying' });
  }

  listNamespaces(): never {
    throw new Error('not used by the actions');
  }
  listImages = this.listNamespaces;
  listVolumes = this.listNamespaces;
  updateImage = this.listNamespaces;
}

/** What `fetch` and the backend make of a refusal. */
export async function refusal(status: number, name: string, message: string) {
  return ResponseError.fromResponse(
    new Response(
      JSON.stringify({
        error: { name, message },
        response: { statusCode: status },
      }),
      {
        status,
        headers: { 'content-type': 'application/json' },
      },
    ),
  );
}
