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
import { redactMessage } from './redact';

const NOT_FOUND =
  'Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found';
const REFUSED =
  'Unable to connect to http data source: HTTP request errored: Get "http://h:81/x": dial tcp 127.0.0.1:81: connect: connection refused';

const running = (options: { progress?: string; restartCount?: number } = {}) =>
  dataVolume({
    phase: 'ImportInProgress',
    progress: 'N/A',
    running: { status: 'True', reason: 'Pod is running' },
    ...options,
  });
const ended = (message: string, restartCount = 0) =>
  dataVolume({
    phase: 'ImportInProgress',
    progress: 'N/A',
    restartCount,
    running: { reason: 'Error', message },
  });
const target = claim({ of: 'dv-1' });

describe('an import that fails', () => {
  it('goes on failing while the next attempt runs, and says how often', () => {
    const looks = new Looks('image');
    const first = looks.at(10, { dataVolume: ended(REFUSED), claim: target });
    expect(first).toMatchObject({
      state: 'failing',
      reason: 'connection-refused',
      message: REFUSED,
      attempts: 1,
      retries: true,
      stage: 'accepted',
    });
    const next = looks.at(12, {
      dataVolume: running({ restartCount: 1 }),
      claim: target,
    });
    expect(next).toMatchObject({
      state: 'failing',
      reason: 'connection-refused',
      message: REFUSED,
      attempts: 1,
      since: first.since,
    });
    expect(
      looks.at(15, { dataVolume: ended(REFUSED, 1), claim: target }).attempts,
    ).toBe(2);
  });

  it('has recovered when bytes flow, and forgets', () => {
    const looks = new Looks('image');
    looks.at(10, { dataVolume: ended(REFUSED) });
    const recovered = looks.at(20, {
      dataVolume: running({ restartCount: 1, progress: '3.10%' }),
    });
    expect(recovered).toMatchObject({
      state: 'importing',
      progressPercent: 3.1,
    });
    expect(recovered.message).toBeUndefined();
    expect(recovered.memory.lastError).toBeUndefined();
  });

  it('has not recovered by the progress of the attempt that failed', () => {
    const looks = new Looks('image');
    const at = (message: string) => ({ ...ended(message), progress: '40.00%' });
    looks.at(10, { dataVolume: at(REFUSED) });
    const next = { restartCount: 1, progress: '40.00%' };
    expect(looks.at(12, { dataVolume: running(next) }).state).toBe('failing');
    expect(
      looks.at(14, { dataVolume: running({ ...next, progress: '2.00%' }) })
        .state,
    ).toBe('importing');
  });

  it('has recovered when the Pod ended well and the next one is on its way', () => {
    const failure = event({ reason: 'Error', message: REFUSED, at: 12 });
    const looks = new Looks('image');
    looks.at(12, { dataVolume: ended(REFUSED), events: [failure] });
    const scratch = dataVolume({
      phase: 'ImportInProgress',
      restartCount: 1,
      running: { reason: 'Scratch space required' },
    });
    expect(looks.at(20, { dataVolume: scratch, events: [failure] }).state).toBe(
      'importing',
    );
    const next = event({
      type: 'Normal',
      reason: 'ImportScheduled',
      at: 21,
      firstAt: 2,
    });
    const again = {
      dataVolume: running({ restartCount: 1 }),
      events: [failure, next],
    };
    expect(looks.at(24, again).state).toBe('importing');
    expect(lookAt('image', again, 24).state).toBe('importing');
    const worse = event({ reason: 'Error', message: REFUSED, at: 30 });
    expect(
      looks.at(31, { ...again, events: [failure, next, worse] }).state,
    ).toBe('failing');
  });

  it('is known without memory: from Events', () => {
    const events = [
      event({
        of: 'claim-1',
        reason: 'ErrImportFailed',
        message: `[prime-claim-1] : ${NOT_FOUND}`,
        at: 5,
      }),
    ];
    expect(
      lookAt(
        'image',
        { dataVolume: running({ restartCount: 4 }), claim: target, events },
        90,
      ),
    ).toMatchObject({
      state: 'failing',
      reason: 'http-client-error',
      message: NOT_FOUND,
      attempts: 4,
      since: isoAt(5),
    });
  });

  it('is known without memory and Events: from the restarts', () => {
    expect(
      lookAt('image', { dataVolume: running({ restartCount: 2 }) }),
    ).toMatchObject({
      state: 'failing',
      reason: 'import-error',
      message: 'unknown, retried 2 times',
      attempts: 2,
    });
  });

  it('shows no more of a message than it may', () => {
    const message = `Get "http://u:p@h/x?sig=1": ${'y'.repeat(2_000)}`;
    const found = lookAt('image', { dataVolume: ended(message) });
    expect(found.message).toBe(redactMessage(message));
    expect(found.message).toHaveLength(1_024);
    expect(found.message).not.toContain('u:p');
  });

  it('is not told from the first status of an object that was made anew (recorded)', () => {
    const inherited = dataVolume({
      uid: 'dv-2',
      running: { reason: 'ChecksumError', message: 'checksum mismatch' },
    });
    expect(inShort(lookAt('image', { dataVolume: inherited }))).toBe(
      'pending:requested',
    );
  });

  it('leaves what it remembers with the object that it was of', () => {
    const looks = new Looks('image');
    looks.at(10, { dataVolume: ended(REFUSED) });
    const found = looks.at(11, {
      dataVolume: dataVolume({ uid: 'dv-2', phase: 'Pending' }),
    });
    expect(inShort(found)).toBe('pending:requested');
    expect(found.memory).toMatchObject({ uid: 'dv-2' });
    expect(found.memory.lastError).toBeUndefined();
  });

  it('is over as soon as a missing Secret is there: its Pod never started', () => {
    const looks = new Looks('image');
    const missing = dataVolume({
      phase: 'ImportScheduled',
      running: {
        reason: 'CreateContainerConfigError',
        message: 'secret "s3" not found',
      },
    });
    const found = looks.at(5, { dataVolume: missing });
    expect(inShort(found)).toBe('failing:secret-missing');
    expect(found.attempts).toBeUndefined();
    expect(looks.at(30, { dataVolume: running() }).state).toBe('importing');
  });

  it('is failed when CDI says so, and only then', () => {
    const failed = dataVolume({
      phase: 'Failed',
      running: { reason: 'ChecksumError', message: 'checksum mismatch' },
    });
    expect(lookAt('image', { dataVolume: failed })).toMatchObject({
      state: 'failed',
      reason: 'checksum',
      giveUp: true,
      retries: undefined,
    });
    expect(
      inShort(
        lookAt('image', {
          dataVolume: dataVolume({
            phase: 'Failed',
            bound: { reason: 'ClaimLost', message: 'Claim Lost' },
          }),
        }),
      ),
    ).toBe('lost:volume-gone');
  });
});

describe('when a wait gives up', () => {
  it('at once on what time does not heal', () => {
    expect(lookAt('image', { dataVolume: ended(NOT_FOUND) }).giveUp).toBe(true);
  });

  it('after three attempts', () => {
    expect(lookAt('image', { dataVolume: ended(REFUSED, 1) }).giveUp).toBe(
      false,
    );
    expect(lookAt('image', { dataVolume: ended(REFUSED, 2) }).giveUp).toBe(
      true,
    );
  });

  it('after 60 s of failing, whatever the reason has become meanwhile', () => {
    const looks = new Looks('image');
    const first = looks.at(0, { dataVolume: ended(REFUSED) });
    expect(first).toMatchObject({
      giveUp: false,
      dueAtMs: START_MS + 60_000,
    });
    const other = looks.at(40, {
      dataVolume: ended('failed to pull image: unexpected EOF', 1),
    });
    expect(inShort(other)).toBe('failing:connection-broken');
    expect(other).toMatchObject({ giveUp: false, dueAtMs: START_MS + 60_000 });
    expect(
      looks.at(59, { dataVolume: running({ restartCount: 1 }) }).giveUp,
    ).toBe(false);
    expect(
      looks.at(60, { dataVolume: running({ restartCount: 1 }) }).giveUp,
    ).toBe(true);
  });

  it('by other thresholds where they are given', () => {
    const thresholds = { attempts: 1, failingMs: 5_000 };
    expect(
      lookAt('image', { dataVolume: ended(REFUSED), thresholds }).giveUp,
    ).toBe(true);
    const patient = { attempts: 9, failingMs: 5_000 };
    const looks = new Looks('image');
    const objects = { dataVolume: ended(REFUSED, 5), thresholds: patient };
    expect(looks.at(0, objects).giveUp).toBe(false);
    expect(looks.at(5, objects).giveUp).toBe(true);
  });

  it('never on what somebody else brings', () => {
    const waiting = dataVolume({ phase: 'PendingPopulation' });
    const looks = new Looks('image');
    looks.at(0, { dataVolume: waiting });
    const found = looks.at(86_400, { dataVolume: waiting });
    expect(inShort(found)).toBe('waiting:first-consumer');
    expect(found).toMatchObject({ giveUp: false, dueAtMs: undefined });
  });
});

describe('before CDI answers', () => {
  it('nothing is said for 30 s, then that nothing is said', () => {
    const looks = new Looks('image');
    expect(inShort(looks.at(0, { dataVolume: dataVolume() }))).toBe(
      'pending:requested',
    );
    expect(inShort(looks.at(30, { dataVolume: dataVolume() }))).toBe(
      'pending:no-status',
    );
  });

  it.each([
    ['UploadReady', 'waiting:upload'],
    ['Paused', 'waiting:next-checkpoint'],
    ['WaitForFirstConsumer', 'waiting:first-consumer'],
    ['UploadScheduled', 'pending:requested'],
    ['Unknown', 'unknown:unknown'],
    ['SomePhaseOfTheFuture', 'importing'],
  ])('phase %s is %s', (phase, expected) => {
    expect(
      inShort(lookAt('image', { dataVolume: dataVolume({ phase }) })),
    ).toBe(expected);
  });
});
