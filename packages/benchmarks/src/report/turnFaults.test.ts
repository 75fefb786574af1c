import { turnFaults, type Turn } from './turnFaults';

/** Written one after the other from 100 ms on. */
const inOrder = (
  ...turns: [namespace: string, askedAtMs: number, acceptedAtMs: number][]
): Turn[] =>
  turns.map(([namespace, askedAtMs, acceptedAtMs], index) => ({
    namespace,
    askedAtMs,
    acceptedAtMs,
    writtenAtMs: 100 + index,
  }));

describe('turnFaults', () => {
  it('finds none where namespaces take turns', () => {
    const written = inOrder(
      ['a', 0, 1],
      ['b', 2, 3],
      ['a', 2, 3],
      ['b', 4, 5],
      ['a', 4, 5],
    );
    expect(turnFaults(written)).toEqual({ overtaken: 0, unfair: 0 });
  });

  it('finds what was written before one that was accepted before it was asked for', () => {
    const written = inOrder(['a', 10, 11], ['a', 0, 1]);
    expect(turnFaults(written)).toEqual({ overtaken: 1, unfair: 0 });
  });

  it('says nothing of two that were asked for at the same time', () => {
    const written = inOrder(['a', 1, 3], ['a', 0, 2]);
    expect(turnFaults(written)).toEqual({ overtaken: 0, unfair: 0 });
  });

  it('finds a namespace that has two turns while another waits', () => {
    const written = inOrder(['a', 0, 1], ['a', 0, 1], ['b', 0, 1]);
    expect(turnFaults(written)).toEqual({ overtaken: 0, unfair: 1 });
  });

  it('does not judge a slot that a dead backend had given', () => {
    const written = inOrder(['a', 0, 1], ['a', 0, 1], ['b', 0, 1]);
    written[1].slotFromBefore = true;
    expect(turnFaults(written)).toEqual({ overtaken: 0, unfair: 0 });
  });

  it('lets a namespace go on that nobody else waits behind', () => {
    // The other was accepted after the first turn.
    const written = inOrder(['a', 0, 1], ['a', 0, 1], ['b', 0, 100.5]);
    expect(turnFaults(written)).toEqual({ overtaken: 0, unfair: 0 });
  });
});
