import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import { testDatabases } from '../database/__testUtils__/testDatabases';
import { RESOURCES } from '../kubernetes';
import { IMAGES, until } from './__testUtils__/startTracking';
import { useTracking } from './__testUtils__/useTracking';

jest.setTimeout(30_000);

const databases = testDatabases();
const TOO_LONG = 'x'.repeat(4_000);

describe.each(databases.eachSupportedId())(
  'what anybody may have written on %s',
  id => {
    const scene = useTracking(databases, id);

    it.each([
      ['longer than any name', TOO_LONG],
      ['with a NUL', 'a\u0000b'],
    ])('keeps no text %s, and loses no other row', async (_, text) => {
      const { cluster, world } = scene;
      world.boundClaim(IMAGES, 'a-disk', {
        annotations: { [ANNOTATIONS.entityRef]: `component:default/${text}` },
        spec: { dataSource: { kind: 'PersistentVolumeClaim', name: text } },
      });
      cluster.put(RESOURCES.claims, {
        metadata: { namespace: IMAGES, name: 'b-disk' },
        spec: { volumeName: text },
      });
      cluster.put(RESOURCES.dataSources, {
        metadata: { namespace: IMAGES, name: 'alias' },
        spec: { source: { pvc: { namespace: IMAGES, name: text } } },
      });
      world.boundClaim(IMAGES, 'c-disk', {
        spec: { dataSource: { kind: 'DataSource', name: 'alias' } },
      });
      cluster.put(RESOURCES.events, {
        metadata: { namespace: IMAGES, name: 'event' },
        involvedObject: {
          kind: 'PersistentVolumeClaim',
          name: text,
          uid: text,
        },
        type: 'Warning',
        reason: 'ProvisioningFailed',
        lastTimestamp: new Date(scene.timing.nowMs()).toISOString(),
      });
      world.requestImport('debian', '12');
      await scene.start();
      await scene.imageIn('debian-12', 'pending');
      const disks = await until('all are there', async () => {
        const rows = await scene.tracking.reader.listVolumes({});
        return rows.length === 3 && rows;
      });
      expect(
        disks.map(({ object: { name, entityRef, source } }) => [
          name,
          entityRef,
          source?.name,
        ]),
      ).toEqual([
        ['a-disk', undefined, undefined],
        ['b-disk', undefined, undefined],
        ['c-disk', undefined, 'alias'],
      ]);
      await scene.isConnected();
    });
  },
);
