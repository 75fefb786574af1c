import { join } from 'node:path';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import {
  SchemaValidEntityPolicy,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import goldenImagesPlugin from '@golden-images/plugin-golden-images-backend';
import goldenImagesActions from '@golden-images/plugin-scaffolder-backend-module-golden-images';
import { Hints, TestSandbox } from '@golden-images/sandbox-cluster';
import demoActions from '../../demo/components/scaffolderModule';

const GROUPS: Record<string, string[]> = {
  'user:default/paula': ['group:default/platform'],
  'user:default/dana': ['group:default/team-a'],
};
const OWNERS: Record<string, string> = {
  'golden-images': 'group:default/platform',
  'team-a-dev': 'group:default/team-a',
};

/** The catalog in memory has no validation of its own. */
async function validateEntity(entity: Entity) {
  try {
    await new SchemaValidEntityPolicy().enforce(entity);
    return { valid: true as const };
  } catch (error) {
    return { valid: false as const, errors: [error as Error] };
  }
}

/**
 * The scaffolder with all actions of the demo, the golden-images backend and an
 * embedded cluster with real bytes. Its catalog knows the given entities.
 */
export async function startPortal(entities: Entity[]) {
  const sandbox = await TestSandbox.start(OWNERS);
  const images = sandbox.imageServer;
  const imageUrl = new URL('/demo-linux.qcow2', images).href;
  const events = mockServices.events();
  const changes = new Hints();
  await events.subscribe({
    id: 'templates-test',
    topics: ['golden-images'],
    onEvent: async () => changes.give(),
  });
  const catalog = catalogServiceMock({ entities });
  const backend = await startTestBackend({
    features: [
      scaffolderPlugin,
      goldenImagesPlugin,
      goldenImagesActions,
      demoActions,
      mockServices.rootConfig.factory({
        data: {
          backend: { workingDirectory: sandbox.folder },
          demo: { componentsDirectory: join(sandbox.folder, 'components') },
          goldenImages: {
            clusters: [{ name: 'sandbox', kubeconfig: sandbox.kubeconfigPath }],
            admins: ['group:default/platform'],
            imports: {
              allow: [
                {
                  host: images.hostname,
                  port: Number(images.port),
                  allowAddresses: ['127.0.0.0/8'],
                },
              ],
            },
          },
        },
      }),
      createServiceFactory({
        service: catalogServiceRef,
        deps: {},
        factory: () => Object.assign(catalog, { validateEntity }),
      }),
      createServiceFactory({
        service: coreServices.userInfo,
        deps: {},
        factory: () => ({
          getUserInfo: async credentials => {
            const { userEntityRef } = credentials.principal as {
              userEntityRef: string;
            };
            return {
              userEntityRef,
              ownershipEntityRefs: [
                userEntityRef,
                ...(GROUPS[userEntityRef] ?? []),
              ],
            };
          },
        }),
      }),
      createServiceFactory({
        service: eventsServiceRef,
        deps: {},
        factory: () => events,
      }),
    ],
  });

  const ask = async (person: string, path: string, body?: object) => {
    const url = `http://localhost:${backend.server.port()}/api/${path}`;
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: mockCredentials.user.header(`user:default/${person}`),
        'content-type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };

  return {
    imageUrl,
    ask,
    /** Asks again at every hint of a change until the answer will do. */
    until: <T>(question: () => Promise<T>, isEnough: (answer: T) => boolean) =>
      changes.until(question, isEnough),
    /** As somebody else writes to the cluster, such as a tool of GitOps. */
    kubernetes: sandbox.request.bind(sandbox),
    /** Imports a version of the image linux, and ends when that is current. */
    async importLinux(version: string) {
      const { status, body } = await ask('paula', 'golden-images/images', {
        name: 'linux',
        version,
        source: { http: { url: imageUrl } },
        size: '1Gi',
      });
      if (status !== 202) throw new Error(JSON.stringify(body));
      const path = `golden-images/images/sandbox/golden-images/linux-${version}`;
      await changes.until(
        () => ask('paula', path),
        answer => answer.body.state === 'ready' && answer.body.current,
      );
    },
    /** Names of all DataVolumes and claims of the cluster. */
    async objects(): Promise<string[]> {
      const lists = await Promise.all(
        [
          '/apis/cdi.kubevirt.io/v1beta1/datavolumes',
          '/api/v1/persistentvolumeclaims',
        ].map(path => sandbox.request('GET', path)),
      );
      return lists.flatMap(({ items }) =>
        items.map((item: Entity) => item.metadata.name),
      );
    },
    /** Runs a task to its end. @returns its status and log */
    async runTask(person: string, template: Entity, values: object) {
      const templateRef = stringifyEntityRef(template);
      const { status, body } = await ask(person, 'scaffolder/v2/tasks', {
        templateRef,
        values,
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
      const lines: string[] = [];
      let after: number | undefined;
      for (;;) {
        const query = after === undefined ? '' : `?after=${after}`;
        const path = `scaffolder/v2/tasks/${body.id}/events${query}`;
        // Answers when there is something new.
        const { body: news } = await ask(person, path);
        for (const event of news) {
          after = event.id;
          lines.push(event.body.message);
          if (event.type !== 'completion') continue;
          return {
            status: event.body.error ? 'failed' : 'completed',
            output: event.body.output,
            lines,
          };
        }
      }
    },
    async stop() {
      await backend.stop();
      await sandbox.close();
    },
  };
}
