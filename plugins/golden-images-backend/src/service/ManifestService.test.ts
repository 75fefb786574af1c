import {
  ANNOTATIONS,
  GOLDEN_IMAGES_PREFIX,
  LABELS,
  manifestsResponseSchema,
  type CloneRequest,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import { as } from './__testUtils__/world';
import { createWorldWithImage } from './__testUtils__/worldWithImage';

const imported: ImportRequest = {
  name: 'fedora',
  version: '41',
  title: 'Fedora',
  source: { http: { url: 'https://images.example/f.qcow2?key=1' } },
  size: '10Gi',
  taskId: 'task-1',
};
const clone: CloneRequest = {
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name: 'orders-disk',
  entityRef: 'component:default/orders',
};
const key = (name: string) => `${GOLDEN_IMAGES_PREFIX}${name}`;

describe('objects for Git', () => {
  it('are those of an import, without what makes an object ours', async () => {
    const { manifests, cluster } = createWorldWithImage();
    const answer = await manifests.make({ import: imported }, as('lena'));
    expect(manifestsResponseSchema.parse(answer)).toEqual(answer);
    expect(answer.manifests).toEqual([
      {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'DataVolume',
        metadata: {
          name: 'fedora-41',
          namespace: 'golden-images',
          labels: {
            [LABELS.role]: 'golden-image',
            [LABELS.image]: 'fedora',
            [LABELS.version]: '41',
          },
          annotations: {
            'cdi.kubevirt.io/storage.bind.immediate.requested': 'true',
            [key('title')]: 'Fedora',
            // What was seen of the image is a fact, whoever makes the object.
            [key('format')]: 'qcow2',
            [key('virtual-size-bytes')]: String(900 * 2 ** 20),
          },
        },
        spec: {
          source: { http: { url: 'https://images.example/f.qcow2?key=1' } },
          pvc: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '10Gi' } },
          },
        },
      },
      expect.objectContaining({
        kind: 'DataSource',
        metadata: expect.objectContaining({ name: 'fedora' }),
        spec: {
          source: { pvc: { namespace: 'golden-images', name: 'fedora-41' } },
        },
      }),
    ]);
    expect(answer.object).toMatchObject({
      kind: 'image',
      name: 'fedora-41',
      ours: false,
    });
    expect(cluster.writes).toEqual([]);
  });

  it('leave the alias as it is where that is asked for, or where the portal keeps it', async () => {
    const { manifests, cluster } = createWorldWithImage();
    const kinds = async (request: ImportRequest) => {
      const answer = await manifests.make({ import: request }, as('lena'));
      return {
        kinds: answer.manifests.map(({ kind }) => kind),
        warnings: answer.warnings.join(),
      };
    };
    expect((await kinds({ ...imported, setCurrent: false })).kinds).toEqual([
      'DataVolume',
    ]);
    cluster.put(RESOURCES.dataSources, {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataSource',
      metadata: {
        name: 'fedora',
        namespace: 'golden-images',
        labels: { [LABELS.role]: 'golden-image' },
        annotations: { [ANNOTATIONS.usedVersions]: '[]' },
      },
      spec: {},
    });
    const kept = await kinds(imported);
    expect(kept.kinds).toEqual(['DataVolume']);
    expect(kept.warnings).toContain('is kept by the portal');
  });

  it('are those of a clone, of the version that is current now', async () => {
    const { manifests, cluster } = createWorldWithImage();
    const answer = await manifests.make({ clone }, as('dora'));
    expect(answer.manifests).toEqual([
      {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'DataVolume',
        metadata: {
          name: 'orders-disk',
          namespace: 'team-a',
          labels: {
            [LABELS.role]: 'clone',
            [LABELS.image]: 'ubuntu',
            [LABELS.version]: '2',
            [LABELS.kubernetesId]: 'orders-id',
          },
          annotations: {
            [key('entity-ref')]: 'component:default/orders',
            [key('source-version')]: '2',
          },
        },
        spec: {
          source: { pvc: { namespace: 'golden-images', name: 'ubuntu-2' } },
          pvc: expect.objectContaining({
            resources: { requests: { storage: '10Gi' } },
          }),
        },
      },
    ]);
    expect(answer.object).toMatchObject({ kind: 'volume', ours: false });
    expect(cluster.writes).toEqual([]);
  });

  it('are for whoever may do it by the portal', async () => {
    const { manifests } = createWorldWithImage();
    await expect(manifests.make({ clone }, as('emil'))).rejects.toMatchObject({
      name: 'NotAllowedError',
    });
    await expect(
      manifests.make({ import: imported }, as('dora')),
    ).rejects.toMatchObject({ name: 'NotAllowedError' });
  });

  it('are not made of what would never work', async () => {
    const { manifests } = createWorldWithImage();
    await expect(
      manifests.make({ clone: { ...clone, size: '1Gi' } }, as('dora')),
    ).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('size: must be at least'),
    });
    const elsewhere = { http: { url: 'https://elsewhere.example/f.qcow2' } };
    await expect(
      manifests.make(
        { import: { ...imported, source: elsewhere } },
        as('lena'),
      ),
    ).rejects.toMatchObject({ name: 'InputError' });
  });

  it('warn of what is in the way of the moment', async () => {
    const { manifests, cluster } = createWorldWithImage();
    cluster.lacking.add('create datavolumes team-a');
    cluster.put(RESOURCES.claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'orders-disk', namespace: 'team-a' },
    });
    const { warnings } = await manifests.make({ clone }, as('dora'));
    expect(warnings).toEqual([
      expect.stringContaining('lacks a right in namespace team-a'),
      expect.stringContaining('name: there is a "team-a/orders-disk"'),
    ]);
  });
});
