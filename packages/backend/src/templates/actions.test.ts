import type { Entity } from '@backstage/catalog-model';
import { parseAllDocuments } from 'yaml';
import { startPortal } from './__testUtils__/startPortal';
import {
  component,
  disk,
  readContents,
  readTemplate,
} from './__testUtils__/templates';

jest.setTimeout(120_000);

/** A template of one step, whose outputs are its own. */
const oneStep = (name: string, action: string, input: object): Entity => ({
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: {
    name,
    annotations: {
      'backstage.io/managed-by-location': 'file:///nowhere/template.yaml',
    },
  },
  spec: {
    type: 'resource',
    steps: [{ id: 'only', name: action, action, input }],
    // eslint-disable-next-line no-template-curly-in-string
    output: { only: '${{ steps.only.output }}' },
  },
});

const deletes = oneStep('delete', 'golden-images:delete', {
  // eslint-disable-next-line no-template-curly-in-string
  kind: '${{ parameters.kind }}',
  namespace: 'team-a-dev',
  // eslint-disable-next-line no-template-curly-in-string
  name: '${{ parameters.name }}',
});
const retires = oneStep('retire', 'golden-images:delete', {
  kind: 'image',
  name: 'linux-1',
});

describe('template actions over a cluster with real bytes', () => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  beforeAll(async () => {
    portal = await startPortal([component, deletes, retires]);
    await portal.importLinux('1');
  });
  afterAll(() => portal.stop());

  it('delete a clone, once', async () => {
    const made = await portal.ask('dana', 'golden-images/volumes', {
      image: { name: 'linux' },
      namespace: 'team-a-dev',
      name: 'orders-disk',
    });
    expect(made.status).toBe(202);
    await portal.until(
      () =>
        portal.ask(
          'dana',
          'golden-images/volumes/sandbox/team-a-dev/orders-disk',
        ),
      ({ body }) => body.state === 'usable',
    );
    const values = { kind: 'volume', name: 'orders-disk' };
    const first = await portal.runTask('dana', deletes, values);
    expect([first.status, first.output.only]).toEqual([
      'completed',
      {
        cluster: 'sandbox',
        namespace: 'team-a-dev',
        claimName: 'orders-disk',
        outcome: 'deleted',
      },
    ]);
    expect(await portal.objects()).not.toContain('orders-disk');
    const again = await portal.runTask('dana', deletes, values);
    expect(again.output.only.outcome).toBe('already-gone');
    expect(again.lines.join()).toContain('it was gone already');
  });

  it('write what others apply, which the portal shows and leaves alone', async () => {
    const name = 'disk-by-pull-request';
    const { body } = await portal.ask('dana', 'scaffolder/v2/dry-run', {
      template: await readTemplate(name),
      values: { ...disk, name: 'git-disk' },
      directoryContents: await readContents(name),
    });
    const { base64Content } = body.directoryContents.find(
      (file: { path: string }) => file.path === 'deploy/git-disk.yaml',
    );
    const text = Buffer.from(base64Content, 'base64').toString();
    expect(body.output.text[0].content).toContain(text.trim());
    expect(text).not.toMatch(
      /request-hash|io.request:|requested-by|task-id|deadline|on-timeout|managed-by/,
    );
    const objects = parseAllDocuments(text).map(document => document.toJS());
    expect(objects.map(({ kind }) => kind)).toEqual(['DataVolume']);
    await portal.kubernetes(
      'POST',
      '/apis/cdi.kubevirt.io/v1beta1/namespaces/team-a-dev/datavolumes',
      objects[0],
    );
    const { body: volumes } = await portal.until(
      () =>
        portal.ask('dana', `golden-images/volumes?entityRef=${disk.component}`),
      answer => answer.body.items[0]?.state === 'usable',
    );
    expect(volumes.items).toEqual([
      expect.objectContaining({
        name: 'git-disk',
        ours: false,
        source: expect.objectContaining({ image: 'linux', version: '1' }),
      }),
    ]);
    const left = await portal.runTask('dana', deletes, {
      kind: 'volume',
      name: 'git-disk',
    });
    expect(left.status).toBe('failed');
    expect(left.lines.join()).toContain('was not made by this product');
    expect(await portal.objects()).toContain('git-disk');
  });

  it('retire a version, but not the current one', async () => {
    const refused = await portal.runTask('paula', retires, {});
    expect(refused.status).toBe('failed');
    expect(refused.lines.join()).toContain(
      'It is the current version of linux',
    );
    await portal.importLinux('2');
    const done = await portal.runTask('paula', retires, {});
    expect([done.status, done.output.only]).toEqual([
      'completed',
      {
        cluster: 'sandbox',
        namespace: 'golden-images',
        claimName: 'linux-1',
        outcome: 'deleted',
        clones: ['team-a-dev/git-disk'],
      },
    ]);
    expect(done.lines.join('\n')).toContain(
      'Image golden-images/linux-1: it is gone',
    );
    expect(await portal.objects()).not.toContain('linux-1');
    const again = await portal.runTask('paula', retires, {});
    expect(again.output.only.outcome).toBe('already-gone');
  });
});
