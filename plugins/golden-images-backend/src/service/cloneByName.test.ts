import type { CloneRequest } from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import type { DataVolume } from '../manifests';
import { as } from './__testUtils__/world';
import { createWorldWithImage, setAlias } from './__testUtils__/worldWithImage';

const request: CloneRequest = {
  image: { name: 'ubuntu' },
  namespace: 'team-a',
  name: 'orders-disk',
};
const run = { ...as('dora'), dryRun: false };
const inImages = (name: string) => ({ namespace: 'golden-images', name });

describe('a clone by name', () => {
  it('copies what the alias points at, whatever became ready last', async () => {
    const { volumes, cluster } = createWorldWithImage();
    setAlias(cluster, 'ubuntu-1');
    await volumes.clone(request, run);
    const made = cluster.peek<DataVolume>({
      type: RESOURCES.dataVolumes,
      namespace: 'team-a',
      name: 'orders-disk',
    });
    expect(made?.spec.source?.pvc).toEqual(inImages('ubuntu-1'));
  });

  it('needs no warning, but one by a version that is not current does', async () => {
    const { volumes, tracking } = createWorldWithImage();
    tracking.states.set('dev/golden-images/ubuntu-2', {
      state: 'ready',
      current: true,
    });
    for (const name of ['ubuntu-1', 'ubuntu-2']) {
      await tracking.refresh({ cluster: 'dev', ...inImages(name) });
    }
    const tried = { ...run, dryRun: true };
    const byName = await volumes.clone(request, tried);
    expect(byName.warnings).toEqual([]);
    const old = { name: 'ubuntu', version: '1' };
    const byVersion = await volumes.clone({ ...request, image: old }, tried);
    expect(byVersion.warnings).toEqual([
      'image: "golden-images/ubuntu-1" is not the current version of ubuntu: that is "ubuntu-2"',
    ]);
  });

  it('is refused without an alias, and told which versions are ready', async () => {
    const { volumes, cluster, tracking } = createWorldWithImage();
    cluster.remove({ type: RESOURCES.dataSources, ...inImages('ubuntu') });
    for (const name of ['ubuntu-1', 'ubuntu-2']) {
      await tracking.refresh({ cluster: 'dev', ...inImages(name) });
    }
    await expect(volumes.clone(request, run)).rejects.toThrow(
      /no "ubuntu" with a current version .* Ready versions: 1, 2\./,
    );
    expect(cluster.writes).toEqual([]);
  });
});
