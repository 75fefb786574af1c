import { claim, event, inShort, lookAt, Looks } from './__testUtils__/objects';

const CDI = 'cdi.kubevirt.io/';
const NOT_FOUND =
  'Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found';

/** A claim that CDI's populator fills, as its annotations say. */
const filled = (
  annotations: Record<string, string>,
  kind = 'VolumeImportSource',
) =>
  claim({
    dataSource: { apiGroup: 'cdi.kubevirt.io', kind, name: 'source' },
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [CDI + key, value]),
    ),
  });
const running = (progress: string, restarts = '0') =>
  filled({
    'storage.pod.phase': 'Running',
    'storage.pod.restarts': restarts,
    'storage.populator.progress': progress,
    'storage.condition.running': 'true',
    'storage.condition.running.reason': 'Pod is running',
  });

describe('a claim that CDI fills without a DataVolume', () => {
  it('is on its way once there is a Pod', () => {
    expect(inShort(lookAt('volume', { claim: filled({}) }))).toBe(
      'pending:requested',
    );
    expect(lookAt('volume', { claim: running('40.00%') })).toMatchObject({
      state: 'copying',
      progressPercent: 40,
    });
  });

  it('goes on failing until bytes flow', () => {
    const ended = filled({
      'storage.pod.phase': 'Running',
      'storage.pod.restarts': '0',
      'storage.populator.progress': 'N/A',
      'storage.condition.running': 'false',
      'storage.condition.running.reason': 'Error',
      'storage.condition.running.message': NOT_FOUND,
    });
    const looks = new Looks('volume');
    expect(looks.at(5, { claim: ended })).toMatchObject({
      state: 'failing',
      reason: 'http-client-error',
      message: NOT_FOUND,
      attempts: 1,
    });
    expect(looks.at(9, { claim: running('N/A', '1') }).state).toBe('failing');
    expect(looks.at(12, { claim: running('3.00%', '1') }).state).toBe(
      'copying',
    );
  });

  it('is failing without memory, as Events tell', () => {
    const events = [
      event({
        of: 'claim-1',
        reason: 'ErrImportFailed',
        message: `[prime-claim-1] : ${NOT_FOUND}`,
      }),
    ];
    expect(
      inShort(lookAt('volume', { claim: running('N/A', '1'), events })),
    ).toBe('failing:http-client-error');
  });

  it('waits for an upload', () => {
    const ready = filled(
      {
        'storage.pod.phase': 'Running',
        'storage.condition.running': 'true',
        'storage.condition.running.reason': 'Pod is running',
      },
      'VolumeUploadSource',
    );
    expect(inShort(lookAt('volume', { claim: ready }))).toBe('waiting:upload');
  });
});
