import { mockServices } from '@backstage/backend-test-utils';
import { ClusterFollower } from './ClusterFollower';
import type { LeaseKeeper } from './LeaseKeeper';
import { TestTiming } from './__testUtils__/TestTiming';
import { until } from './__testUtils__/startTracking';

const FENCE = { cluster: 'c1', token: 1 };

describe('ClusterFollower', () => {
  it('gives the lease back where no tracker can be made', async () => {
    const kept: AbortSignal[] = [];
    const keeper = {
      acquire: async () => FENCE,
      keep: async (_: unknown, signal: AbortSignal) => {
        kept.push(signal);
        await new Promise(resolve => signal.addEventListener('abort', resolve));
      },
      giveBack: jest.fn(async () => {}),
    };
    const follower = new ClusterFollower({
      clusterName: 'c1',
      keeper: keeper as unknown as LeaseKeeper,
      createTracker: () => {
        throw new Error('too many open files');
      },
      timing: new TestTiming(),
      logger: mockServices.logger.mock(),
    });
    const stop = new AbortController();
    const running = follower.run(stop.signal);
    await until('it is given back', async () => keeper.giveBack.mock.calls[0]);
    expect(keeper.giveBack).toHaveBeenCalledWith(FENCE);
    expect(kept.map(({ aborted }) => aborted)).toEqual([true]);
    stop.abort();
    await running;
  });
});
