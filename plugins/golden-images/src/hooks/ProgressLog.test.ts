import { volumes } from '../fixtures/volumes';
import { ProgressLog } from './ProgressLog';

const at = (progressPercent: number | undefined) => ({
  ...volumes.copying,
  progressPercent,
});

describe('ProgressLog', () => {
  it('estimates from what was observed', () => {
    const log = new ProgressLog();
    log.observe([at(20)], 0);
    log.observe([at(40)], 10_000);
    // 2 % a second, 60 % to go
    expect(log.remainingMs(at(40))).toBe(30_000);
  });

  it('knows nothing after one look, or after looks that are close together', () => {
    const log = new ProgressLog();
    expect(log.remainingMs(at(10))).toBeUndefined();
    log.observe([at(10)], 0);
    expect(log.remainingMs(at(10))).toBeUndefined();
    log.observe([at(11)], 1_000);
    expect(log.remainingMs(at(11))).toBeUndefined();
  });

  it('says nothing of a copy that has ended, also before that was observed', () => {
    const log = new ProgressLog();
    log.observe([at(20)], 0);
    log.observe([at(40)], 10_000);
    const ended = { ...at(undefined), state: 'usable' as const };
    expect(log.remainingMs(ended)).toBeUndefined();
  });

  it('says nothing while nothing moves', () => {
    const log = new ProgressLog();
    log.observe([at(10)], 0);
    log.observe([at(50)], 20_000);
    log.observe([at(50)], 70_000);
    log.observe([at(50)], 90_000);
    expect(log.remainingMs(at(50))).toBeUndefined();
  });

  it('begins anew when the copy does', () => {
    const log = new ProgressLog();
    log.observe([at(70)], 0);
    log.observe([at(90)], 10_000);
    log.observe([at(5)], 20_000);
    expect(log.remainingMs(at(5))).toBeUndefined();
    log.observe([at(10)], 25_000);
    expect(log.remainingMs(at(10))).toBe(90_000);
  });

  it('forgets what is gone, done, or another claim of the same name', () => {
    const log = new ProgressLog();
    log.observe([at(20)], 0);
    log.observe([at(40)], 10_000);
    expect(log.remainingMs({ ...at(40), uid: 'another' })).toBeUndefined();
    log.observe([volumes.usable], 12_000);
    expect(log.remainingMs(at(40))).toBeUndefined();
  });
});
