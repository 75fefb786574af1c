import type { TrackerStatus } from '../database';
import { StatusOfOthers } from './StatusOfOthers';
import { TestTiming } from './__testUtils__/TestTiming';

const HOUR_MS = 3_600_000;
const connected: TrackerStatus = { connection: 'connected', missing: [] };

describe('StatusOfOthers', () => {
  let timing: TestTiming;
  let others: StatusOfOthers;
  beforeEach(() => {
    timing = new TestTiming();
    others = new StatusOfOthers(timing);
  });

  const read = (writtenAtMs: number, isHeld?: boolean) =>
    others.of('c1', { status: connected, writtenAtMs }, isHeld).connection;

  it('is believed for as long as it is young', () => {
    const writtenAtMs = timing.nowMs();
    expect(read(writtenAtMs)).toBe('connected');
    timing.pass(20_000);
    expect(read(writtenAtMs)).toBe('connected');
    timing.pass(1_000);
    expect(
      others.of('c1', { status: connected, writtenAtMs }, undefined),
    ).toEqual({
      connection: 'connecting',
      missing: [],
      since: new Date(writtenAtMs).toISOString(),
      message: 'No instance of the backend follows this cluster right now',
    });
    expect(others.of('c2', undefined, undefined).connection).toBe('connecting');
  });

  it.each([HOUR_MS, -HOUR_MS])(
    'is believed of one that writes by a clock that is %d ms ahead',
    aheadMs => {
      // Whether somebody writes is not known at the first look.
      expect(read(timing.nowMs() + aheadMs)).toBe('connecting');
      for (let i = 0; i < 3; i++) {
        timing.pass(5_000);
        expect(read(timing.nowMs() + aheadMs)).toBe('connected');
      }
      const last = timing.nowMs() + aheadMs;
      timing.pass(21_000);
      expect(read(last)).toBe('connecting');
    },
  );

  it('is not believed because its time is still to come', () => {
    const writtenAtMs = timing.nowMs() + 15_000;
    expect(read(writtenAtMs)).toBe('connected');
    timing.pass(21_000);
    expect(read(writtenAtMs)).toBe('connecting');
  });

  it('is not believed because it changed at some time since the last look', () => {
    read(timing.nowMs());
    timing.pass(HOUR_MS);
    expect(read(timing.nowMs() - HOUR_MS / 2)).toBe('connecting');
  });

  it.each([HOUR_MS, -HOUR_MS])(
    'is believed of one that renews its lease, by a clock that is %d ms ahead, however rarely one looks',
    aheadMs => {
      for (let i = 0; i < 3; i++) {
        timing.pass(HOUR_MS);
        expect(read(timing.nowMs() + aheadMs, true)).toBe('connected');
      }
    },
  );

  it('is not believed of one that does not renew its lease, or lets it stand still', () => {
    expect(read(timing.nowMs(), false)).toBe('connecting');
    const writtenAtMs = timing.nowMs();
    expect(read(writtenAtMs, true)).toBe('connected');
    timing.pass(10_000);
    expect(read(writtenAtMs, true)).toBe('connected');
    timing.pass(11_000);
    expect(read(writtenAtMs, true)).toBe('connecting');
  });

  it('says that it is not known yet whether somebody writes', () => {
    const writtenAtMs = timing.nowMs() - HOUR_MS;
    expect(
      others.of('c1', { status: connected, writtenAtMs }, undefined).message,
    ).toContain('is seen within seconds');
  });
});
