import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import {
  claim,
  dataVolume,
  event,
  inShort,
  isoAt,
  lookAt,
  Looks,
  START_MS,
} from './__testUtils__/objects';

describe('who the bytes are', () => {
  const ready = (uid: string) => ({
    dataVolume: dataVolume({ phase: 'Succeeded' }),
    claim: claim({ uid, of: 'dv-1', phase: 'Bound' }),
  });

  it('CDI says Succeeded before the claim is bound (recorded)', () => {
    const found = lookAt('image', {
      dataVolume: dataVolume({ phase: 'Succeeded' }),
      claim: claim({ of: 'dv-1' }),
    });
    expect(found).toMatchObject({ state: 'importing', progressPercent: 99 });
  });

  it('an image that was imported again is not the same', () => {
    const looks = new Looks('image');
    expect(looks.at(0, ready('claim-1')).state).toBe('ready');
    const found = looks.at(9, ready('claim-2'));
    expect(found).toMatchObject({
      state: 'failing',
      reason: 're-imported',
      giveUp: true,
      retries: false,
      stage: 'accepted',
    });
    expect(looks.at(99, ready('claim-2')).reason).toBe('re-imported');
  });

  it('nor is a volume that was made again, as the annotation says without any memory', () => {
    const found = lookAt('volume', {
      dataVolume: dataVolume({
        phase: 'Succeeded',
        annotations: { [ANNOTATIONS.claimUid]: 'claim-0' },
      }),
      claim: claim({ uid: 'claim-1', of: 'dv-1', phase: 'Bound' }),
    });
    expect(inShort(found)).toBe('failing:re-created');
  });

  it('a claim that is gone is being deleted for a moment, then its bytes are lost', () => {
    const looks = new Looks('image');
    looks.at(0, ready('claim-1'));
    const alone = { dataVolume: dataVolume({ phase: 'Succeeded' }) };
    expect(looks.at(1, alone)).toMatchObject({
      state: 'deleting',
      giveUp: false,
      dueAtMs: START_MS + 6_000,
    });
    expect(inShort(looks.at(6, alone))).toBe('failing:re-imported');
  });

  it("a predecessor's claim is not the DataVolume's", () => {
    expect(
      inShort(
        lookAt('image', {
          dataVolume: dataVolume({ phase: 'Succeeded' }),
          claim: claim({ of: 'dv-0', phase: 'Bound' }),
        }),
      ),
    ).toBe('importing');
  });

  it('a claim whose DataVolume is gone goes, too', () => {
    const looks = new Looks('image');
    looks.at(0, ready('claim-1'));
    const left = { claim: ready('claim-1').claim };
    expect(looks.at(1, left).state).toBe('deleting');
    const unseen = new Looks('image');
    const readable = { ...left, dataVolumesReadable: true };
    expect(inShort(unseen.at(0, readable))).toBe('pending:requested');
    expect(unseen.at(5, readable).state).toBe('deleting');
  });

  it('a claim that was left on purpose stands for itself', () => {
    const free = claim({
      phase: 'Bound',
      dataSource: {
        apiGroup: 'cdi.kubevirt.io',
        kind: 'VolumeImportSource',
        name: 'v',
      },
      annotations: { 'cdi.kubevirt.io/storage.pod.phase': 'Succeeded' },
    });
    expect(
      lookAt('image', { claim: free, dataVolumesReadable: true }).state,
    ).toBe('ready');
    const unfinished = claim({
      phase: 'Bound',
      annotations: { 'cdi.kubevirt.io/storage.pod.phase': 'Running' },
    });
    expect(lookAt('image', { claim: unfinished }).state).toBe('importing');
  });

  it('a name that another claim has is taken', () => {
    expect(
      inShort(
        lookAt('image', {
          dataVolume: dataVolume({ phase: 'Pending' }),
          claim: claim(),
          events: [
            event({
              reason: 'ErrResourceExists',
              message: 'Resource "disk" already exists',
            }),
          ],
        }),
      ),
    ).toBe('failing:name-taken');
  });

  it('what is being deleted says so since when', () => {
    expect(
      lookAt('volume', {
        claim: claim({ phase: 'Bound', deletedAt: isoAt(-5) }),
      }),
    ).toMatchObject({ state: 'deleting', since: isoAt(-5), stage: 'accepted' });
  });

  it('needs a DataVolume or a claim', () => {
    expect(() => lookAt('image', {})).toThrow(
      'neither a DataVolume nor a claim',
    );
  });
});
