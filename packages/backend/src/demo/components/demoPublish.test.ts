import {
  createMockDirectory,
  mockCredentials,
  mockServices,
} from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { ComponentFolder } from './ComponentFolder';
import { createDemoPublishAction } from './createDemoPublishAction';
import { DemoComponentsProvider } from './DemoComponentsProvider';
import { DemoPublisher } from './DemoPublisher';

const catalogInfo = (
  name: string,
  more: { owner?: string; description?: string } = {},
) =>
  `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
  description: ${more.description ?? 'A component'}
spec:
  type: service
  lifecycle: experimental
  owner: ${more.owner ?? 'group:default/team-a'}
`;

const entity = (name: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
  spec: { type: 'service', lifecycle: 'production', owner: 'team-b' },
});

describe('demo:publish', () => {
  const directory = createMockDirectory();
  const folder = new ComponentFolder(directory.resolve('components'));
  const workspacePath = directory.resolve('workspace');

  beforeEach(() => directory.setContent({ workspace: {}, components: {} }));

  /** A catalog that reads the folder like the real one: some time after the event. */
  function setUp(options: { existing?: Entity[]; looks?: number } = {}) {
    const inCatalog = [...(options.existing ?? [])];
    let arriving: Entity[] = [];
    const events = mockServices.events.mock({
      publish: async () => {
        const provider = new DemoComponentsProvider({
          folder,
          logger: mockServices.logger.mock(),
        });
        await provider.connect({
          refresh: async () => {},
          applyMutation: async mutation => {
            if (mutation.type !== 'full') throw new Error('expected full');
            arriving = mutation.entities.map(deferred => deferred.entity);
          },
        });
      },
    });
    let looks = options.looks ?? 2;
    const delay = jest.fn(async () => {
      looks -= 1;
      if (looks <= 0) inCatalog.push(...arriving);
    });
    const catalog = catalogServiceMock.mock({
      getEntityByRef: async ref =>
        inCatalog.find(
          ({ metadata }) => `component:default/${metadata.name}` === ref,
        ),
      validateEntity: async candidate =>
        /^[a-z-]+$/.test(candidate.metadata.name)
          ? { valid: true }
          : {
              valid: false,
              errors: [{ name: 'InputError', message: 'bad metadata.name' }],
            },
    });
    const userInfo = mockServices.userInfo.mock({
      getUserInfo: async () => ({
        userEntityRef: 'user:default/dana',
        ownershipEntityRefs: ['user:default/dana', 'group:default/team-a'],
      }),
    });
    const action = createDemoPublishAction(
      new DemoPublisher({ folder, catalog, userInfo, events, delay }),
    );
    const run = async (content: string, input = {}, more = {}) => {
      directory.addContent({ workspace: { 'catalog-info.yaml': content } });
      const ctx = {
        ...createMockActionContext({ input, workspacePath }),
        getInitiatorCredentials: async () =>
          mockCredentials.user('user:default/dana'),
        ...more,
      };
      await action.handler(ctx);
      return ctx.output as jest.Mock;
    };
    return { run, events, delay, catalog };
  }

  it('writes the component and ends once the catalog has it', async () => {
    const { run, events, delay } = setUp({ looks: 3 });
    const output = await run(catalogInfo('cart'));

    expect(output).toHaveBeenCalledWith('entityRef', 'component:default/cart');
    expect(events.publish).toHaveBeenCalledTimes(1);
    expect(delay).toHaveBeenCalledTimes(3);
    await expect(folder.list()).resolves.toEqual([
      expect.objectContaining({ content: catalogInfo('cart') }),
    ]);
  });

  it('may run twice', async () => {
    const { run } = setUp();
    await run(catalogInfo('cart'));
    await expect(run(catalogInfo('cart'))).resolves.toHaveBeenCalledWith(
      'entityRef',
      'component:default/cart',
    );
    await expect(folder.list()).resolves.toHaveLength(1);
  });

  it('refuses another component of the same name', async () => {
    const { run } = setUp();
    await run(catalogInfo('cart'));
    await expect(
      run(catalogInfo('cart', { description: 'Another one' })),
    ).rejects.toThrow(/component:default\/cart already; choose another name/);
  });

  it('refuses a name that the catalog has from elsewhere', async () => {
    const { run } = setUp({ existing: [entity('orders')] });
    await expect(run(catalogInfo('orders'))).rejects.toThrow(/already/);
    await expect(folder.list()).resolves.toEqual([]);
  });

  it('refuses an owner to whom the caller does not belong', async () => {
    const { run } = setUp();
    await expect(run(catalogInfo('cart', { owner: 'team-b' }))).rejects.toThrow(
      /do not belong to group:default\/team-b/,
    );
    await expect(folder.list()).resolves.toEqual([]);
  });

  it.each([
    ['what the catalog refuses', catalogInfo('CART!'), /bad metadata\.name/],
    [
      'two documents',
      `${catalogInfo('a')}---\n${catalogInfo('b')}`,
      /one YAML/,
    ],
    ['another kind', 'kind: User\nmetadata: {name: x}\n', /a Component/],
    ['no YAML', 'a: [', /catalog-info\.yaml: /],
    ['no owner', 'kind: Component\nmetadata: {name: x}\n', /spec\.owner/],
  ])('refuses %s', async (_, content, message) => {
    const { run } = setUp();
    await expect(run(content)).rejects.toThrow(message);
    await expect(folder.list()).resolves.toEqual([]);
  });

  it('refuses a path out of the workspace, and names a missing file', async () => {
    const { run } = setUp();
    await expect(
      run('', { catalogInfoPath: '../components/cart.yaml' }),
    ).rejects.toThrow(/relative|not allowed|workspace/i);
    await expect(run('', { catalogInfoPath: 'other.yaml' })).rejects.toThrow(
      /no file "other\.yaml"/,
    );
  });

  it.each([
    ['checkOnly', { checkOnly: true }, {}],
    ['a dry run', {}, { isDryRun: true }],
  ])('writes nothing with %s', async (_, input, more) => {
    const { run, events } = setUp();
    const output = await run(catalogInfo('cart'), input, more);
    expect(output).toHaveBeenCalledWith('entityRef', 'component:default/cart');
    expect(events.publish).not.toHaveBeenCalled();
    await expect(folder.list()).resolves.toEqual([]);
  });

  it('gives up when the catalog never has it', async () => {
    const { run, delay } = setUp({ looks: Infinity });
    await expect(run(catalogInfo('cart'))).rejects.toThrow(
      /does not have it after 60 s/,
    );
    expect(delay).toHaveBeenCalledTimes(120);
  });
});

describe('DemoComponentsProvider', () => {
  const directory = createMockDirectory();

  it('leaves out what cannot be read, and keeps the rest', async () => {
    directory.setContent({
      'cart.yaml': catalogInfo('cart'),
      'broken.yaml': 'a: [',
    });
    const logger = mockServices.logger.mock();
    const applyMutation = jest.fn();
    await new DemoComponentsProvider({
      folder: new ComponentFolder(directory.path),
      logger,
    }).connect({ applyMutation, refresh: jest.fn() });

    expect(applyMutation).toHaveBeenCalledWith({
      type: 'full',
      entities: [
        {
          locationKey: 'demo-components',
          entity: expect.objectContaining({
            metadata: expect.objectContaining({
              name: 'cart',
              annotations: {
                'backstage.io/managed-by-location': `file:${directory.resolve(
                  'cart.yaml',
                )}`,
                'backstage.io/managed-by-origin-location': `file:${directory.resolve(
                  'cart.yaml',
                )}`,
              },
            }),
          }),
        },
      ],
    });
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('broken.yaml'),
      expect.anything(),
    );
  });
});
