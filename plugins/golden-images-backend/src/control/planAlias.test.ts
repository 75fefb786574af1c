import {
  ANNOTATIONS,
  LABELS,
} from '@golden-images/plugin-golden-images-common';
import { isSettled, planAlias, type ReadyVersion } from './planAlias';

const version = (
  name: string,
  day: number,
  over: Partial<ReadyVersion> = {},
): ReadyVersion => ({
  version: name,
  claimName: `debian-${name}`,
  readyAt: `2026-11-0${day}T00:00:00.000Z`,
  setCurrent: true,
  verified: true,
  ...over,
});

const alias = (used: string[], more: Record<string, string> = {}) => ({
  metadata: {
    labels: { [LABELS.role]: 'golden-image' },
    annotations: {
      [ANNOTATIONS.usedVersions]: JSON.stringify(used),
      ...more,
    },
  },
});

describe('planAlias', () => {
  it('makes the alias at the first version that is ready', () => {
    const first = version('1', 1);
    expect(planAlias([first], undefined)).toEqual({
      action: 'create',
      target: first,
      usedVersions: ['1'],
    });
  });

  it('moves it to the version that became ready last, whatever its name', () => {
    const late = version('1', 3);
    expect(
      planAlias([late, version('2', 2), version('0', 1)], alias(['0'])),
    ).toEqual({ action: 'move', target: late, usedVersions: ['0', '2', '1'] });
  });

  it('moves for each version once only, so a step back by hand stays', () => {
    const versions = [version('1', 1), version('2', 2)];
    expect(planAlias(versions, alias(['1', '2']))).toEqual({ action: 'none' });
    expect(isSettled(versions[1], alias(['1', '2']))).toBe(true);
    expect(isSettled(versions[1], alias(['1']))).toBe(false);
  });

  it('remembers versions that shall not become current', () => {
    const quiet = version('2', 2, { setCurrent: false });
    expect(planAlias([quiet], alias(['1']))).toEqual({
      action: 'move',
      target: undefined,
      usedVersions: ['1', '2'],
    });
    expect(planAlias([quiet], undefined)).toEqual({
      action: 'create',
      target: undefined,
      usedVersions: ['2'],
    });
  });

  it('does not move a pinned alias', () => {
    expect(
      planAlias(
        [version('2', 2)],
        alias(['1'], { [ANNOTATIONS.pinned]: 'true' }),
      ),
    ).toEqual({ action: 'move', target: undefined, usedVersions: ['1', '2'] });
  });

  it.each([
    ['without our label', { metadata: {} }],
    [
      'with our label but not our list',
      { metadata: { labels: { [LABELS.role]: 'golden-image' } } },
    ],
  ])('leaves a DataSource alone that is not ours: %s', (_, foreign) => {
    expect(planAlias([version('1', 1)], foreign)).toEqual({
      action: 'foreign',
    });
  });

  it('takes a list that somebody spoiled as empty', () => {
    const spoiled = alias([], { [ANNOTATIONS.usedVersions]: '{"a"' });
    expect(planAlias([version('1', 1)], spoiled)).toMatchObject({
      action: 'move',
      usedVersions: ['1'],
    });
  });
});
