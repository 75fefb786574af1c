import {
  BackstageCredentials,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import {
  ComponentEntity,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { ConflictError, InputError, NotAllowedError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { EventsService } from '@backstage/plugin-events-node';
import { ComponentFolder } from './ComponentFolder';
import { readComponent } from './readComponent';
import { COMPONENT_PUBLISHED } from './topic';

const POLL_INTERVAL_MS = 500;
const APPEAR_TIMEOUT_MS = 60_000;

/** What a catalog-info.yaml says, and who says it. */
export interface PublishRequest {
  content: string;
  /** For error messages. */
  path: string;
  credentials: BackstageCredentials;
  signal?: AbortSignal;
}

/** Publishes components into a folder from which the catalog reads them. */
export class DemoPublisher {
  readonly #folder: ComponentFolder;
  readonly #catalog: CatalogService;
  readonly #userInfo: UserInfoService;
  readonly #events: EventsService;
  readonly #delay: (ms: number, signal?: AbortSignal) => Promise<void>;

  /** @param options - `delay` waits between two looks into the catalog */
  constructor(options: {
    folder: ComponentFolder;
    catalog: CatalogService;
    userInfo: UserInfoService;
    events: EventsService;
    delay(ms: number, signal?: AbortSignal): Promise<void>;
  }) {
    this.#folder = options.folder;
    this.#catalog = options.catalog;
    this.#userInfo = options.userInfo;
    this.#events = options.events;
    this.#delay = options.delay;
  }

  /**
   * Whether this could be published. Changes nothing.
   *
   * @returns the full entity reference of the component
   * @throws InputError if it is not a valid component
   * @throws NotAllowedError if the caller does not belong to its owner
   * @throws ConflictError if there is another component of this name
   */
  async check(request: PublishRequest): Promise<string> {
    const { content, path, credentials } = request;
    const component = readComponent(content, path);
    const entityRef = stringifyEntityRef(component);
    await this.#checkOwner(component, credentials);
    await this.#checkValid(component, path, credentials);
    const published = await this.#folder.get(component.metadata.name);
    if (published && published.content !== content) throw taken(entityRef);
    if (!published && (await this.#find(entityRef, credentials))) {
      throw taken(entityRef);
    }
    return entityRef;
  }

  /**
   * Publishes it and waits until the catalog has it. The same content again
   * changes nothing.
   *
   * @returns the full entity reference of the component
   * @throws what {@link DemoPublisher.check} throws, or Error if the catalog
   *   does not have it after a minute
   */
  async publish(request: PublishRequest): Promise<string> {
    const entityRef = await this.check(request);
    await this.#folder.add(parseEntityRef(entityRef).name, request.content);
    await this.#events.publish({
      topic: COMPONENT_PUBLISHED,
      eventPayload: { entityRef },
    });
    for (
      let waitedMs = 0;
      !(await this.#find(entityRef, request.credentials));
      waitedMs += POLL_INTERVAL_MS
    ) {
      if (waitedMs >= APPEAR_TIMEOUT_MS) {
        throw new Error(
          `${entityRef} was published, but the catalog does not have it after ${
            APPEAR_TIMEOUT_MS / 1000
          } s; the log of the backend says why`,
        );
      }
      await this.#delay(POLL_INTERVAL_MS, request.signal);
    }
    return entityRef;
  }

  async #checkOwner(
    component: ComponentEntity,
    credentials: BackstageCredentials,
  ) {
    const owner = stringifyEntityRef(
      parseEntityRef(component.spec.owner, {
        defaultKind: 'group',
        defaultNamespace: 'default',
      }),
    );
    const { ownershipEntityRefs } = await this.#userInfo.getUserInfo(
      credentials,
    );
    if (!ownershipEntityRefs.includes(owner)) {
      throw new NotAllowedError(
        `You do not belong to ${owner}, so you cannot publish a component that it owns`,
      );
    }
  }

  async #checkValid(
    component: ComponentEntity,
    path: string,
    credentials: BackstageCredentials,
  ) {
    const result = await this.#catalog.validateEntity(
      component,
      'url:http://localhost/catalog-info.yaml',
      { credentials },
    );
    if (!result.valid) {
      throw new InputError(
        `${path}: ${result.errors.map(({ message }) => message).join('; ')}`,
      );
    }
  }

  async #find(entityRef: string, credentials: BackstageCredentials) {
    return this.#catalog.getEntityByRef(entityRef, { credentials });
  }
}

function taken(entityRef: string) {
  return new ConflictError(
    `There is a component ${entityRef} already; choose another name`,
  );
}
