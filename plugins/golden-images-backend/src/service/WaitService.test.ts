import type { ImportRequest } from '@golden-images/plugin-golden-images-common';
import { RESOURCES } from '../kubernetes/ClusterClient';
import { as, createWorld } from './__testUtils__/world';
import { decodeWaitHandle, encodeWaitHandle } from './waitHandle';

const request: ImportRequest = {
  name: 'ubuntu',
  source: { http: { url: 'https://images.example/u' } },
  size: '10Gi',
};
const KEY = { cluster: 'dev', namespace: 'golden-images', name: 'ubuntu' };
const ref = { type: RESOURCES.dataVolumes, ...KEY };

async function waiting(change: Partial<ImportRequest> = {}) {
  const world = createWorld();
  const { waitHandle } = await world.images.import(
    { ...request, ...change },
    { ...as('lena'), dryRun: false },
  );
  return { ...world, waitHandle: waitHandle! };
}

describe('WaitService.status', () => {
  it.each([
    [{ state: 'importing', progressPercent: 42 }, 'waiting', 'Importing, 42 %'],
    [{ state: 'pending' }, 'waiting', 'Requested'],
    [{ state: 'ready', current: true }, 'usable', 'Ready (bytes not verified)'],
    [
      { state: 'failed', reason: 'checksum' },
      'failed',
      'Failed: the bytes do not have the expected checksum. Will not be tried again.',
    ],
    [{ state: 'lost' }, 'failed', 'The volume behind this claim is gone'],
    [{ state: 'deleting' }, 'gone', 'Being retired'],
    [
      { state: 'unknown', reason: 'bound-copy-state-unknown' },
      'unknown',
      'Not known: bound; whether the copy is done cannot be seen here',
    ],
    [{ state: 'unknown' }, 'waiting', 'Not known'],
  ] as const)('of %j is %s', async (state, outcome, sentence) => {
    const { waits, tracking, waitHandle } = await waiting();
    tracking.states.set('dev/golden-images/ubuntu', state);
    await tracking.refresh(KEY);
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome,
      sentence,
      cluster: { name: 'dev' },
    });
  });

  it('waits on while a failure may heal, and then throws with what to do', async () => {
    const { waits, tracking, waitHandle } = await waiting();
    tracking.states.set('dev/golden-images/ubuntu', {
      state: 'failing',
      reason: 'connection-refused',
      message: 'dial tcp: refused',
      retries: true,
    });
    await tracking.refresh(KEY);
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'waiting',
    });
    tracking.giveUp = true;
    await tracking.refresh(KEY);
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'failed',
      reason: 'connection-refused',
      message: 'dial tcp: refused',
      remedy: expect.stringMatching(/Check host and port/),
    });
  });

  it('looks at the cluster before it says that something is gone', async () => {
    const { waits, tracking, cluster, waitHandle } = await waiting();
    tracking.rows.clear();
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'waiting',
      sentence: 'Importing',
    });
    // not even then
    tracking.rows.clear();
    tracking.refresh = async () => {};
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'waiting',
      stage: 'accepted',
      sentence: 'Requested',
    });
    cluster.remove(ref);
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'gone',
      sentence: 'golden-images/ubuntu does not exist any more',
    });
  });

  it('says so when it was deleted at its deadline', async () => {
    const { waits, tracking, cluster, waitHandle } = await waiting();
    const { uid } = cluster.peek(ref)!.metadata;
    cluster.remove(ref);
    tracking.rows.clear();
    const ended = 'ubuntu was not ready in time and was deleted';
    await tracking.recordActivity({
      ...KEY,
      kind: 'image',
      uid: 'another',
      action: 'deadline-passed',
      message: 'not this one',
    });
    await tracking.recordActivity({
      ...KEY,
      kind: 'image',
      uid,
      action: 'deadline-passed',
      message: ended,
    });
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'gone',
      sentence: ended,
      remedy: expect.stringMatching(/longer time-out/),
    });
  });

  it('does not take another object of that name for the one that was meant', async () => {
    const { waits, cluster, images, waitHandle } = await waiting();
    cluster.remove(ref);
    await images.import(request, { ...as('lena'), dryRun: false });
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'gone',
      sentence:
        'golden-images/ubuntu was replaced by another image of that name',
    });
  });

  it('says since when a cluster is silent', async () => {
    const { waits, tracking, cluster, waitHandle } = await waiting();
    tracking.connection = 'unreachable';
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'waiting',
      sentence:
        'Importing (as of 2026-01-01T00:00:00.000Z: cluster "dev" cannot be reached)',
    });
    tracking.rows.clear();
    tracking.refresh = async () => {};
    cluster.refuseNext('get', 'datavolumes', { status: 0, message: 'x' });
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'waiting',
      sentence: expect.stringMatching(/nothing is known/),
    });
  });
});

describe('WaitService.begin', () => {
  it('makes a handle that can release nothing', async () => {
    const { waits, tracking } = await waiting();
    const { waitHandle } = await waits.begin(
      { kind: 'image', namespace: KEY.namespace, name: KEY.name },
      as('emil'),
    );
    await expect(waits.status({ waitHandle })).resolves.toMatchObject({
      outcome: 'waiting',
    });
    await expect(waits.release({ waitHandle })).resolves.toMatchObject({
      outcome: 'kept',
    });
    expect(tracking.released).toEqual([]);
  });

  it('is refused for what is not there or may not be seen', async () => {
    const { waits, cluster, tracking } = createWorld();
    cluster.put(RESOURCES.claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'disk', namespace: 'team-a' },
    });
    const begin = (user: string, name: string) =>
      waits
        .begin({ kind: 'volume', namespace: 'team-a', name }, as(user))
        .then(answer => decodeWaitHandle(answer.waitHandle).uid)
        .catch(error => error.name);
    expect(await begin('dora', 'nope')).toBe('NotFoundError');
    expect(await begin('emil', 'disk')).toBe('NotFoundError');
    expect(await begin('dora', 'disk')).toMatch(/^uid-/);
    tracking.connection = 'connecting';
    expect(await begin('dora', 'nope')).toBe('ServiceUnavailableError');
  });
});

describe('WaitService.release', () => {
  it('asks for exactly what was decided at the start', async () => {
    const { waits, tracking, cluster, waitHandle } = await waiting();
    await expect(waits.release({ waitHandle })).resolves.toEqual({
      outcome: 'deleted',
      sentence: 'It was deleted.',
    });
    expect(tracking.released).toEqual([
      {
        ...KEY,
        kind: 'image',
        requestHash: decodeWaitHandle(waitHandle).requestHash,
        requestedBy: 'user:default/lena',
        uid: cluster.peek(ref)!.metadata.uid,
      },
    ]);
  });

  it('is refused on behalf of anybody but the one who was authorised', async () => {
    const { waits, tracking, waitHandle } = await waiting();
    const held = { waitHandle, onBehalfOf: 'user:default/emil' };
    const refused = expect.objectContaining({
      name: 'NotAllowedError',
      message: expect.stringMatching(/given to somebody else/),
    });
    await expect(waits.status(held)).rejects.toEqual(refused);
    await expect(waits.release(held)).rejects.toEqual(refused);
    expect(tracking.released).toEqual([]);
    await expect(
      waits.release({ waitHandle, onBehalfOf: 'User:default/Lena' }),
    ).resolves.toMatchObject({ outcome: 'deleted' });
  });

  it('keeps what was to be kept', async () => {
    const { waits, tracking, waitHandle } = await waiting({
      onTimeout: 'keep',
    });
    await expect(waits.release({ waitHandle })).resolves.toMatchObject({
      outcome: 'kept',
      sentence: expect.stringMatching(/is kept, as was agreed/),
    });
    expect(tracking.released).toEqual([]);
  });
});

describe('wait handles', () => {
  const content = {
    cluster: 'dev',
    kind: 'image' as const,
    namespace: 'golden-images',
    name: 'ubuntu',
    requestHash: 'abc',
    initiator: 'user:default/lena',
    onTimeout: 'keep' as const,
  };

  it('are read back as they were made', () => {
    const handle = encodeWaitHandle(content);
    expect(handle).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    expect(decodeWaitHandle(handle)).toEqual(content);
  });

  it.each([
    '',
    'v1.',
    'v1.!!!',
    'v2.e30',
    `v1.${Buffer.from('{}').toString('base64url')}`,
    `v1.${Buffer.from('null').toString('base64url')}`,
    `v1.${Buffer.from(JSON.stringify({ ...content, more: 1 })).toString(
      'base64url',
    )}`,
    `v1.${Buffer.from(JSON.stringify({ ...content, kind: 'secret' })).toString(
      'base64url',
    )}`,
  ])('refuse %j', text => {
    expect(() => decodeWaitHandle(text)).toThrow(
      expect.objectContaining({ name: 'InputError' }),
    );
  });

  it('of a cluster that is no longer configured are refused', async () => {
    const { waits } = createWorld();
    await expect(
      waits.status({
        waitHandle: encodeWaitHandle({ ...content, cluster: 'old' }),
      }),
    ).rejects.toThrow(/there is no "old"/);
  });
});
