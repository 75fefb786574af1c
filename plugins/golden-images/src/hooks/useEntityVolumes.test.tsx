import type { PropsWithChildren } from 'react';
import { act, renderHook } from '@testing-library/react';
import { TestApiProvider } from '@backstage/test-utils';
import { signalApiRef } from '@backstage/plugin-signals-react';
import {
  GOLDEN_IMAGES_SIGNAL_CHANNEL,
  type VolumeList,
} from '@golden-images/plugin-golden-images-common';
import { goldenImagesApiRef } from '../api';
import { volumeList, volumes } from '../fixtures/volumes';
import { FakeTiming } from './__testUtils__/FakeTiming';
import { FakeSignals } from './__testUtils__/FakeSignals';
import { useEntityVolumes } from './useEntityVolumes';

const REF = 'component:default/orders';

async function render(options: { signals?: FakeSignals } = {}) {
  const timing = new FakeTiming();
  const listVolumes = jest.fn<
    Promise<VolumeList>,
    [{ entityRef: string }, { signal?: AbortSignal }?]
  >(async () => volumeList([volumes.usable]));
  const api = {
    listVolumes,
    listImages: jest.fn(),
    listNamespaces: jest.fn(),
    preflight: jest.fn(),
  };
  const wrapper = ({ children }: PropsWithChildren<{}>) => (
    <TestApiProvider
      apis={[
        [goldenImagesApiRef, api],
        ...(options.signals
          ? ([[signalApiRef, options.signals]] as const)
          : []),
      ]}
    >
      {children}
    </TestApiProvider>
  );
  const hook = renderHook(({ ref }) => useEntityVolumes(ref, timing), {
    wrapper,
    initialProps: { ref: REF },
  });
  await act(() => timing.pass(0));
  return { ...hook, timing, listVolumes };
}

const setHidden = (hidden: boolean) => {
  Object.defineProperty(document, 'hidden', {
    configurable: true,
    get: () => hidden,
  });
  document.dispatchEvent(new Event('visibilitychange'));
};

describe('useEntityVolumes', () => {
  afterEach(() => {
    // The browser's own again.
    delete (document as { hidden?: boolean }).hidden;
  });

  it('polls without signals, and faster while something is copied', async () => {
    const { result, timing, listVolumes } = await render();
    expect(result.current.value?.items).toEqual([volumes.usable]);
    expect(listVolumes).toHaveBeenCalledWith(
      { entityRef: REF },
      { signal: expect.any(AbortSignal) },
    );
    listVolumes.mockResolvedValue(volumeList([volumes.copying]));
    await act(() => timing.pass(14_999));
    expect(listVolumes).toHaveBeenCalledTimes(1);
    await act(() => timing.pass(1));
    expect(result.current.value?.items).toEqual([volumes.copying]);
    await act(() => timing.pass(2_000));
    expect(listVolumes).toHaveBeenCalledTimes(3);
  });

  it('loads after a signal on its channel', async () => {
    const signals = new FakeSignals();
    const { result, timing, listVolumes, unmount } = await render({ signals });
    await act(() => timing.pass(3_000));
    listVolumes.mockResolvedValue(volumeList([volumes.failing]));
    act(() => signals.send(GOLDEN_IMAGES_SIGNAL_CHANNEL, { revision: 7 }));
    await act(() => timing.pass(0));
    expect(result.current.value?.items).toEqual([volumes.failing]);
    unmount();
    expect(signals.subscribers).toBe(0);
  });

  it('catches up when the page is looked at again, and rests meanwhile', async () => {
    const { timing, listVolumes } = await render();
    act(() => setHidden(true));
    await act(() => timing.pass(100_000));
    expect(listVolumes).toHaveBeenCalledTimes(1);
    act(() => setHidden(false));
    await act(() => timing.pass(0));
    expect(listVolumes).toHaveBeenCalledTimes(2);
    act(() => {
      window.dispatchEvent(new Event('focus'));
    });
    await act(() => timing.pass(0));
    expect(listVolumes).toHaveBeenCalledTimes(3);
  });

  it('keeps the last known volumes when the backend is away', async () => {
    const { result, timing, listVolumes } = await render();
    listVolumes.mockRejectedValue(new Error('Failed to fetch'));
    await act(() => timing.pass(15_000));
    expect(result.current.value?.items).toEqual([volumes.usable]);
    expect(result.current.error?.message).toBe('Failed to fetch');
  });

  it('aborts on unmount, and for another entity', async () => {
    const { listVolumes, rerender, unmount, result, timing } = await render();
    listVolumes.mockReturnValue(new Promise(() => {}));
    act(() => result.current.refresh());
    const signalOf = (call: number) => listVolumes.mock.calls[call][1]?.signal;
    expect(signalOf(1)?.aborted).toBe(false);
    rerender({ ref: 'component:default/other' });
    await act(() => timing.pass(0));
    expect(signalOf(1)?.aborted).toBe(true);
    expect(listVolumes.mock.calls[2][0]).toEqual({
      entityRef: 'component:default/other',
    });
    // What was known of one entity is not shown for another.
    expect(result.current.value).toBeUndefined();
    unmount();
    expect(signalOf(2)?.aborted).toBe(true);
    expect(timing.nextInMs).toBeUndefined();
  });
});
