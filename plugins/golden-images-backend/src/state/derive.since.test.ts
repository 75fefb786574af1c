import { ANNOTATIONS } from '@golden-images/plugin-golden-images-common';
import {
  claim,
  CLONE_OF_IMAGE,
  copyByLonghorn,
  dataVolume,
  event,
  isoAt,
  longhornVolume,
  lookAt,
  Looks,
  persistentVolume,
} from './__testUtils__/objects';

const LATER = 3_600;
const boundFor = (seconds: number) =>
  persistentVolume(undefined, {
    phase: 'Bound',
    lastPhaseTransitionTime: isoAt(seconds),
  });
const imported = (readyAtSeconds: number) => ({
  dataVolume: dataVolume({
    phase: 'Succeeded',
    ready: { status: 'True', lastTransitionTime: isoAt(readyAtSeconds) },
  }),
  claim: claim({ phase: 'Bound', of: 'dv-1' }),
});

describe('what is seen for the first time', () => {
  it('an image is ready since CDI says so', () => {
    expect(lookAt('image', imported(40), LATER)).toMatchObject({
      state: 'ready',
      since: isoAt(40),
    });
  });

  it('a copy is usable since the product wrote it down, for this very claim', () => {
    const noted = (uid: string) =>
      lookAt(
        'volume',
        {
          ...copyByLonghorn({ cloneState: 'completed' }),
          claim: claim({
            phase: 'Bound',
            dataSource: CLONE_OF_IMAGE,
            uid: 'claim-1',
            annotations: {
              [ANNOTATIONS.claimUid]: uid,
              [ANNOTATIONS.readyAt]: isoAt(70),
            },
          }),
          persistentVolume: boundFor(10),
        },
        LATER,
      );
    expect(noted('claim-1')).toMatchObject({
      state: 'usable',
      since: isoAt(70),
    });
    expect(noted('another')).toMatchObject({ state: 'failing' });
    expect(noted('another').since).not.toBe(isoAt(70));
  });

  it('a copy that nobody wrote down is usable since its claim is bound, at the earliest', () => {
    const copy = copyByLonghorn({ cloneState: 'completed' });
    expect(
      lookAt('volume', { ...copy, persistentVolume: boundFor(10) }, LATER),
    ).toMatchObject({ state: 'usable', since: isoAt(10) });
    // An older Kubernetes does not say when.
    expect(lookAt('volume', copy, LATER).since).toBe(isoAt(0));
  });

  it('a copy has run since its claim is bound, and failed since Longhorn says so', () => {
    const running = { ...copyByLonghorn(), persistentVolume: boundFor(10) };
    expect(lookAt('volume', running, LATER)).toMatchObject({
      state: 'copying',
      since: isoAt(10),
    });
    const failed = lookAt(
      'volume',
      {
        ...copyByLonghorn({ cloneState: 'failed', attemptCount: 2 }),
        events: [
          event({
            of: 'uid-of-lh-1',
            reason: 'VolumeCloneFailed',
            firstAt: 20,
            at: 90,
          }),
        ],
      },
      LATER,
    );
    expect(failed).toMatchObject({ state: 'failing', since: isoAt(20) });
  });

  it('what waits or is pending has done so since it was asked for', () => {
    const asked = { dataVolume: dataVolume({ phase: 'Pending' }) };
    expect(lookAt('image', asked, LATER)).toMatchObject({
      state: 'pending',
      since: isoAt(0),
    });
    const upload = { dataVolume: dataVolume({ phase: 'UploadReady' }) };
    expect(lookAt('image', upload, LATER)).toMatchObject({
      state: 'waiting',
      since: isoAt(0),
    });
  });

  it('what no object tells is so since it was seen', () => {
    const faulted = {
      ...copyByLonghorn(),
      longhornVolume: longhornVolume({ status: { robustness: 'faulted' } }),
    };
    expect(lookAt('volume', faulted, LATER)).toMatchObject({
      reason: 'volume-faulted',
      since: isoAt(LATER),
    });
  });
});

describe('what became so while nobody looked', () => {
  it('an import has been ready since CDI says so', () => {
    const looks = new Looks('image');
    const { claim: bound } = imported(40);
    looks.at(5, {
      dataVolume: dataVolume({ phase: 'ImportInProgress', progress: '3.0%' }),
      claim: bound,
    });
    expect(looks.at(LATER, imported(40)).since).toBe(isoAt(40));
  });

  it('a copy since it was seen: that its claim is bound is no end of it', () => {
    const looks = new Looks('volume');
    const persistent = { persistentVolume: boundFor(10) };
    looks.at(15, { ...copyByLonghorn(), ...persistent });
    const done = copyByLonghorn({ cloneState: 'completed' });
    expect(looks.at(50, { ...done, ...persistent }).since).toBe(isoAt(50));
  });

  it('never in the future, whatever the clocks', () => {
    expect(lookAt('image', imported(99), 50).since).toBe(isoAt(50));
  });
});
