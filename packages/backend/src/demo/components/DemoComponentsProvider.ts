import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  Entity,
} from '@backstage/catalog-model';
import { LoggerService } from '@backstage/backend-plugin-api';
import {
  DeferredEntity,
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import { parse } from 'yaml';
import { ComponentFolder, PublishedComponent } from './ComponentFolder';

/** Brings the components of a folder into the catalog. */
export class DemoComponentsProvider implements EntityProvider {
  readonly #folder: ComponentFolder;
  readonly #logger: LoggerService;
  #connection: EntityProviderConnection | undefined;

  constructor(options: { folder: ComponentFolder; logger: LoggerService }) {
    this.#folder = options.folder;
    this.#logger = options.logger;
  }

  getProviderName() {
    return 'demo-components';
  }

  async connect(connection: EntityProviderConnection) {
    this.#connection = connection;
    await this.refresh();
  }

  /** Reads the folder again. */
  async refresh() {
    const components = await this.#folder.list();
    await this.#connection?.applyMutation({
      type: 'full',
      entities: components.flatMap(component => this.#toDeferred(component)),
    });
  }

  #toDeferred({ name, path, content }: PublishedComponent): DeferredEntity[] {
    const location = `file:${path}`;
    try {
      const entity: Entity = parse(content);
      return [
        {
          locationKey: this.getProviderName(),
          entity: {
            ...entity,
            metadata: {
              ...entity.metadata,
              annotations: {
                ...entity.metadata.annotations,
                [ANNOTATION_LOCATION]: location,
                [ANNOTATION_ORIGIN_LOCATION]: location,
              },
            },
          },
        },
      ];
    } catch (error) {
      // Somebody edited it by hand: the others are still to be seen.
      this.#logger.warn(`The published component ${path} cannot be read`, {
        component: name,
        cause: String(error),
      });
      return [];
    }
  }
}
