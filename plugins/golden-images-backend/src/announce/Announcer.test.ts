import { mockServices } from '@backstage/backend-test-utils';
import { Announcer } from './Announcer';

describe('Announcer', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function create() {
    const signals = { publish: jest.fn().mockResolvedValue(undefined) };
    const events = mockServices.events.mock();
    events.publish.mockResolvedValue(undefined);
    const logger = mockServices.logger.mock();
    const announcer = new Announcer({ signals, events, logger });
    return { announcer, signals, events, logger };
  }

  it('tells a change at once, with nothing but a revision', () => {
    const { announcer, signals, events } = create();
    announcer.changed();
    expect(signals.publish).toHaveBeenCalledWith({
      recipients: { type: 'broadcast' },
      channel: 'golden-images',
      message: { revision: expect.any(Number) },
    });
    const { message } = signals.publish.mock.calls[0][0];
    expect(events.publish).toHaveBeenCalledWith({
      topic: 'golden-images',
      eventPayload: message,
    });
  });

  it('tells at most two a second, and never loses the last', () => {
    const { announcer, signals } = create();
    const toldUntil = (ms: number) => {
      jest.advanceTimersByTime(ms);
      return signals.publish.mock.calls.length;
    };
    for (let i = 0; i < 100; i += 1) announcer.changed();
    expect(toldUntil(0)).toBe(1);
    expect(toldUntil(499)).toBe(1);
    expect(toldUntil(1)).toBe(2);
    expect(toldUntil(5000)).toBe(2);
    announcer.changed();
    expect(toldUntil(0)).toBe(3);
    const revisions = signals.publish.mock.calls.map(
      ([signal]) => signal.message.revision,
    );
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(new Set(revisions).size).toBe(3);
  });

  it('is silent once closed', () => {
    const { announcer, signals } = create();
    announcer.changed();
    announcer.changed();
    announcer.close();
    jest.advanceTimersByTime(5000);
    expect(signals.publish).toHaveBeenCalledTimes(1);
  });

  it('goes on when a hint is lost', async () => {
    const { announcer, signals, logger } = create();
    signals.publish.mockRejectedValueOnce(new Error('no broker'));
    announcer.changed();
    await jest.advanceTimersByTimeAsync(500);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    announcer.changed();
    expect(signals.publish).toHaveBeenCalledTimes(2);
  });
});
