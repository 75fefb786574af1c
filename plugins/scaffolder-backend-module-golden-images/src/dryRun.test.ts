import { refusal } from './__testUtils__/FakeGoldenImagesService';
import { harness } from './__testUtils__/runAction';
import { createCloneImageAction } from './actions/cloneImage';
import { createDeleteAction } from './actions/delete';
import { createImportImageAction } from './actions/importImage';
import { createManifestAction } from './actions/manifest';
import { createWaitAction } from './actions/wait';
import { DryRuns, readPredictedHandle } from './lib/DryRuns';

const dry = { isDryRun: true };
const image = {
  name: 'linux',
  version: '1',
  source: { http: { url: 'https://images.example.com/linux.qcow2' } },
  size: '1Gi',
};
const clone = { image: 'linux', namespace: 'team-a-dev', name: 'orders-disk' };

describe('steps of a dry run that build upon each other', () => {
  function setUp() {
    const { goldenImages, dependencies, run } = harness();
    return {
      goldenImages,
      run,
      imports: createImportImageAction(dependencies),
      clones: createCloneImageAction(dependencies),
      waits: createWaitAction(dependencies),
      deletes: createDeleteAction(dependencies),
      manifests: createManifestAction(dependencies),
    };
  }

  it('clone what an earlier step would import, at run time', async () => {
    const { goldenImages, run, imports, clones, waits, deletes } = setUp();
    const imported = await run(imports, image, dry);
    expect(imported.outputs).toMatchObject({
      predicted: true,
      uid: 'predicted',
      claimName: 'linux-1',
    });
    goldenImages.refusesClone = await refusal(
      404,
      'NotFoundError',
      'image: there is no "linux"',
    );
    const cloned = await run(
      clones,
      { ...clone, version: '1', size: '2Gi', entityRef: 'component:default/x' },
      dry,
    );
    expect(cloned.error).toBeUndefined();
    expect(cloned.lines).toEqual([
      'Volume team-a-dev/orders-disk: its source is made by an earlier step, so the clone is checked at run time',
    ]);
    expect(cloned.outputs).toMatchObject({
      cluster: 'dev-1',
      namespace: 'team-a-dev',
      claimName: 'orders-disk',
      size: '2Gi',
      image: 'linux',
      version: '1',
      entityRef: 'component:default/x',
      uid: 'predicted',
      predicted: true,
    });
    const waited = await run(
      waits,
      { waitHandle: String(cloned.outputs.waitHandle) },
      dry,
    );
    expect(waited.error).toBeUndefined();
    expect(waited.outputs).toEqual(cloned.outputs);
    const deleted = await run(
      deletes,
      { kind: 'volume', namespace: 'team-a-dev', name: 'orders-disk' },
      dry,
    );
    expect(deleted.outputs).toMatchObject({ outcome: 'predicted' });
    expect(goldenImages.objects.size).toBe(0);
    expect(goldenImages.deleted).toEqual([]);
  });

  it('fail for a source that no step would make', async () => {
    const { goldenImages, run, imports, clones } = setUp();
    await run(imports, image, dry);
    goldenImages.refusesClone = await refusal(
      404,
      'NotFoundError',
      'image: there is no "windows"',
    );
    const { error } = await run(clones, { ...clone, image: 'windows' }, dry);
    expect(error?.message).toBe('image: there is no "windows"');
  });

  it('fail for what has nothing to do with the source', async () => {
    const { goldenImages, run, imports, clones } = setUp();
    await run(imports, image, dry);
    goldenImages.refusesClone = await refusal(
      403,
      'NotAllowedError',
      'namespace: belongs to others',
    );
    const { error } = await run(clones, clone, dry);
    expect(error?.name).toBe('NotAllowedError');
  });

  it('write no objects of an image that is not there, and go on', async () => {
    const { goldenImages, run, imports, manifests } = setUp();
    await run(imports, image, dry);
    goldenImages.asked.length = 0;
    const { error, outputs } = await run(manifests, { clone }, dry);
    expect(error).toBeUndefined();
    expect(outputs).toMatchObject({ paths: [], claimName: 'orders-disk' });
    expect(goldenImages.asked).toEqual([]);
  });

  it('import a claim that an earlier step would clone', async () => {
    const { goldenImages, run, imports, clones } = setUp();
    await run(clones, clone, dry);
    const notFound = await refusal(
      400,
      'InputError',
      'source.pvc: there is no claim "orders-disk"',
    );
    goldenImages.importImage = async () => {
      throw notFound;
    };
    const source = { pvc: { namespace: 'team-a-dev', name: 'orders-disk' } };
    const made = await run(
      imports,
      { name: 'orders', version: '1', source, size: '1Gi' },
      dry,
    );
    expect(made.error).toBeUndefined();
    expect(made.outputs).toMatchObject({
      claimName: 'orders-1',
      image: 'orders',
      predicted: true,
    });
    const other = { pvc: { namespace: 'team-b-dev', name: 'orders-disk' } };
    const failed = await run(
      imports,
      { name: 'orders', source: other, size: '1Gi' },
      dry,
    );
    expect(failed.error?.message).toContain('source.pvc');
  });

  it('wait by name for what is there, or will be', async () => {
    const { goldenImages, run, waits, clones } = setUp();
    const key = { kind: 'image', namespace: 'golden-images', name: 'linux-1' };
    const absent = await run(waits, key, dry);
    expect(absent.error).toBeUndefined();
    expect(absent.outputs).toMatchObject({
      claimName: 'linux-1',
      predicted: true,
    });
    goldenImages.uids.set('image/linux-1', 'uid-2');
    const there = await run(waits, key, dry);
    expect(there.outputs).toMatchObject({ image: 'linux', version: '1' });
    goldenImages.refusesClone = await refusal(
      400,
      'InputError',
      'image: "linux" cannot be cloned now',
    );
    expect((await run(clones, clone, dry)).error).toBeUndefined();
  });

  it('give a handle that no real wait takes for one of its own', async () => {
    const { run, clones } = setUp();
    const { outputs } = await run(clones, clone, dry);
    expect(readPredictedHandle(String(outputs.waitHandle))).toEqual({
      cluster: 'dev-1',
      kind: 'volume',
      namespace: 'team-a-dev',
      name: 'orders-disk',
    });
    expect(readPredictedHandle('v1.x')).toBeUndefined();
    expect(readPredictedHandle('dry-run.%%%')).toBeUndefined();
  });
});

describe('DryRuns', () => {
  it('knows each run alone, and forgets old ones', async () => {
    const { goldenImages } = harness();
    goldenImages.uids.set('image/linux-1', 'uid');
    const object = await goldenImages.getImage({
      cluster: 'dev-1',
      namespace: 'golden-images',
      name: 'linux-1',
    });
    const runs = new DryRuns();
    runs.note('first', object);
    expect(runs.image('first', { name: 'linux' })).toBe(object);
    expect(
      runs.image('first', { name: 'linux', version: '2' }),
    ).toBeUndefined();
    expect(runs.image('second', { name: 'linux' })).toBeUndefined();
    for (let run = 0; run < 100; run += 1) runs.note(`run-${run}`, object);
    expect(runs.image('first', { name: 'linux' })).toBeUndefined();
    expect(runs.image('run-0', { name: 'linux' })).toBe(object);
  });
});
