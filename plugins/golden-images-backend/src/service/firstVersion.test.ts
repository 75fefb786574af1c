import {
  ANNOTATIONS,
  type CloneRequest,
} from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { DataVolume } from '../manifests';
import { as } from './__testUtils__/world';
import { createWorldWithImage } from './__testUtils__/worldWithImage';

const request: CloneRequest = {
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name: 'orders-disk',
};
const run = { ...as('dora'), dryRun: false };
const inImages = (name: string) => ({ namespace: 'golden-images', name });
const dataVolume = (name: string) => ({
  type: RESOURCES.dataVolumes,
  ...inImages(name),
});

/** As it is between "ready" and the write of the alias. */
async function withoutAlias(ready: string[]) {
  const world = createWorldWithImage();
  const { cluster, tracking } = world;
  cluster.remove({ type: RESOURCES.dataSources, ...inImages('ubuntu') });
  for (const name of ['ubuntu-1', 'ubuntu-2']) {
    if (!ready.includes(name)) cluster.remove(dataVolume(name));
    await tracking.refresh({ cluster: 'dev', ...inImages(name) });
  }
  return world;
}

describe('a clone by name before the alias is written', () => {
  it('copies the first version, which is about to be current', async () => {
    const { volumes, cluster } = await withoutAlias(['ubuntu-2']);
    await volumes.clone(request, run);
    const made = cluster.peek<DataVolume>({
      type: RESOURCES.dataVolumes,
      namespace: 'team-a',
      name: 'orders-disk',
    })!;
    expect(made.spec.source?.pvc).toEqual(inImages('ubuntu-2'));
  });

  it('is refused where it is not known which version will be current', async () => {
    const { volumes, cluster } = await withoutAlias(['ubuntu-1', 'ubuntu-2']);
    await expect(volumes.clone(request, run)).rejects.toThrow(
      /no "ubuntu" with a current version/,
    );
    expect(cluster.writes).toEqual([]);
  });

  it('is refused where that version was not to become current', async () => {
    const { volumes, cluster } = await withoutAlias(['ubuntu-2']);
    const image = cluster.peek<DataVolume>(dataVolume('ubuntu-2'))!;
    cluster.put(RESOURCES.dataVolumes, {
      ...image,
      metadata: {
        ...image.metadata,
        annotations: {
          ...image.metadata.annotations,
          [ANNOTATIONS.setCurrent]: 'false',
        },
      },
    });
    await expect(volumes.clone(request, run)).rejects.toThrow(
      /no "ubuntu" with a current version/,
    );
    expect(cluster.writes).toEqual([]);
  });
});
