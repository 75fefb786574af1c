import { act, fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  GOLDEN_IMAGES_SIGNAL_CHANNEL,
  stateSentence,
  type Volume,
  type VolumeList,
} from '@golden-images/plugin-golden-images-common';
import { refusal } from '../../fixtures/refusal';
import {
  connectedCluster,
  FIXTURE_NOW,
  unreachableCluster,
  volumeList,
  volumes,
} from '../../fixtures/volumes';
import {
  answering,
  expectAccessible,
  renderCard,
  rowOf,
} from './__testUtils__/renderCard';

describe('EntityVolumesCard', () => {
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.parse(FIXTURE_NOW));
  });
  afterEach(() => jest.restoreAllMocks());

  it.each(Object.entries(volumes) as [string, Volume][])(
    'shows a volume that is %s, in words',
    async (_state, volume) => {
      const { container } = await renderCard(answering(volumeList([volume])));
      const row = rowOf(volume);
      const sentence = stateSentence(volume, Date.parse(FIXTURE_NOW));
      expect(row.getByText(sentence)).toBeInTheDocument();
      expect(
        screen.getByRole('button', { name: volume.name }),
      ).toHaveAccessibleDescription(sentence);
      expect(
        row.getByText(`${volume.namespace}/${volume.cluster}`),
      ).toBeInTheDocument();
      expect(row.getByText('10 GiB')).toBeInTheDocument();
      expect(screen.getByText('live')).toBeInTheDocument();
      await expectAccessible(container);
    },
  );

  it('shows where a volume comes from, and that there is a newer version', async () => {
    await renderCard(answering(volumeList([volumes.usable])));
    const row = rowOf(volumes.usable);
    expect(row.getByText('ubuntu-24-04 @ 20261101')).toBeInTheDocument();
    expect(row.getByText('→ newer: 20261115')).toBeInTheDocument();
    expect(row.getByTestId('status-ok')).toBeInTheDocument();
    expect(row.queryByText('not ours')).not.toBeInTheDocument();
  });

  it('shows progress to everybody', async () => {
    await renderCard(
      answering(volumeList([volumes.copying, volumes.copyNotStarted])),
    );
    const known = screen.getByRole('progressbar', {
      name: 'Copy of orders-cache-disk',
    });
    expect(known).toHaveAttribute('aria-valuenow', '42');
    expect(known).toHaveAttribute('aria-valuetext', '42 %');
    const unknown = screen.getByRole('progressbar', {
      name: 'Copy of orders-queue-disk',
    });
    expect(unknown).not.toHaveAttribute('aria-valuenow');
    expect(unknown).toHaveAttribute(
      'aria-valuetext',
      'nobody knows how far it is',
    );
  });

  it('says what is wrong, in the words of the cluster too, and what to do', async () => {
    await renderCard(answering(volumeList([volumes.failing, volumes.failed])));
    const failing = rowOf(volumes.failing);
    expect(failing.getByTestId('status-warning')).toBeInTheDocument();
    expect(
      failing.getByText(
        'Not all right for 6 min: the quota of the namespace is exceeded. Being tried again (3 so far).',
      ),
    ).toBeInTheDocument();
    expect(failing.getByText(/exceeded quota: team-a/)).toBeInTheDocument();
    expect(
      failing.getByText(/Free space in the namespace or ask/),
    ).toBeInTheDocument();
    const failed = rowOf(volumes.failed);
    expect(failed.getByTestId('status-error')).toBeInTheDocument();
    expect(failed.getByText('30 min ago')).toHaveAttribute(
      'dateTime',
      volumes.failed.since,
    );
    expect(failed.getByText(/10 tries/)).toBeInTheDocument();
  });

  it('marks what others made, and what others attached', async () => {
    await renderCard(answering(volumeList([volumes.notOurs])));
    const row = rowOf(volumes.notOurs);
    expect(row.getByText('not ours')).toBeInTheDocument();
    expect(row.getByText('attached by team-b')).toBeInTheDocument();
  });

  it('is small where there is nothing, and leads to the template', async () => {
    const { container } = await renderCard(answering(volumeList([])), {
      createLink: '/create/templates/default/disk',
    });
    expect(
      screen.getByText('There are no volumes for this entity yet.'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: '+ Disk from an image' }),
    ).toHaveAttribute('href', '/create/templates/default/disk');
    expect(screen.queryByRole('list')).not.toBeInTheDocument();
    await expectAccessible(container);
  });

  it('leads to the list of templates unless told otherwise', async () => {
    await renderCard(answering(volumeList([volumes.usable])));
    expect(
      screen.getByRole('button', { name: '+ Disk from an image' }),
    ).toHaveAttribute('href', '/create');
  });

  it('says so where no cluster is configured', async () => {
    await renderCard(answering(volumeList([], [])));
    expect(screen.getByText(/No cluster is configured/)).toBeInTheDocument();
    expect(screen.queryByText('live')).not.toBeInTheDocument();
  });

  it('shows that it is loading, and nothing else', async () => {
    const { container } = await renderCard(
      jest.fn(() => new Promise<VolumeList>(() => {})),
    );
    expect(screen.getByText('Looking for volumes …')).toBeInTheDocument();
    expect(screen.queryByText(/no volumes/)).not.toBeInTheDocument();
    expect(screen.queryByText('offline')).not.toBeInTheDocument();
    await expectAccessible(container);
  });

  it('says which right is missing', async () => {
    const error = await refusal('golden-images.read');
    const { container } = await renderCard(jest.fn().mockRejectedValue(error));
    expect(screen.getByRole('alert')).toHaveTextContent(
      /You may not see volumes here\..*does not have the permission "golden-images.read"/,
    );
    expect(screen.queryByText(/no volumes/)).not.toBeInTheDocument();
    await expectAccessible(container);
  });

  it('says what went wrong, and tries again on request', async () => {
    const listVolumes = jest
      .fn()
      .mockRejectedValueOnce(new Error('Failed to fetch'))
      .mockResolvedValue(volumeList([volumes.usable]));
    await renderCard(listVolumes);
    expect(
      screen.getByText(/The volumes cannot be shown: Failed to fetch/),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('button', { name: 'orders-db-disk' }),
    ).toBeInTheDocument();
  });

  it('keeps what was known when the backend is away, and says as of when', async () => {
    const listVolumes = jest
      .fn()
      .mockResolvedValueOnce(volumeList([volumes.usable]))
      .mockRejectedValue(new Error('Failed to fetch'));
    await renderCard(listVolumes);
    await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
    expect(
      await screen.findByText(/As of .*cannot be brought up to date\. Failed/),
    ).toBeInTheDocument();
    expect(rowOf(volumes.usable).getByText('Ready to use')).toBeInTheDocument();
    expect(screen.getByText('offline')).toBeInTheDocument();
  });

  it('keeps the rows of a cluster that cannot be reached, and says as of when', async () => {
    const { container } = await renderCard(
      answering(volumeList([volumes.copying], [unreachableCluster])),
    );
    const as = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
    expect(
      screen.getByText(
        `As of ${as.format(
          Date.parse(unreachableCluster.observedAt!),
        )}: cluster Development (dev-1) cannot be reached.`,
      ),
    ).toBeInTheDocument();
    expect(rowOf(volumes.copying).getByText('Copying, 42 %')).toBeVisible();
    expect(screen.getByText('offline')).toBeInTheDocument();
    await expectAccessible(container);
  });

  it('does not say that there is nothing where it could not look', async () => {
    await renderCard(
      answering(
        volumeList(
          [],
          [
            connectedCluster,
            { ...unreachableCluster, name: 'dev-2', title: undefined },
            {
              ...connectedCluster,
              name: 'dev-3',
              title: undefined,
              connection: 'connecting',
              observedAt: undefined,
            },
          ],
        ),
      ),
    );
    expect(
      screen.getByText('No volumes for this entity are known.'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/cluster dev-2 cannot be reached/),
    ).toBeInTheDocument();
    expect(
      screen.getByText(
        'Cluster dev-3 is being read; what it has is not shown yet.',
      ),
    ).toBeInTheDocument();
  });

  describe('live', () => {
    const done: Volume = {
      ...volumes.copying,
      state: 'usable',
      progressPercent: undefined,
    };

    it('shows what changed after a signal, and says it to screen readers', async () => {
      const listVolumes = answering(
        volumeList([volumes.copying, volumes.deleting]),
      );
      const { signals } = await renderCard(listVolumes);
      expect(screen.getByRole('progressbar')).toBeInTheDocument();
      listVolumes.mockResolvedValue(volumeList([done]));
      // Later than the shortest time between two loads.
      jest.mocked(Date.now).mockReturnValue(Date.parse(FIXTURE_NOW) + 5_000);
      act(() => signals.send(GOLDEN_IMAGES_SIGNAL_CHANNEL, { revision: 2 }));
      const news = await screen.findByText(
        'orders-cache-disk: Ready to use. orders-old-disk is gone',
      );
      expect(news).toHaveAttribute('aria-live', 'polite');
      expect(screen.queryByRole('progressbar')).not.toBeInTheDocument();
      expect(rowOf(done).getByText('Ready to use')).toBeInTheDocument();
    });

    it('estimates the time that is left from what it saw', async () => {
      const listVolumes = answering(
        volumeList([{ ...volumes.copying, progressPercent: 40 }]),
      );
      const { signals } = await renderCard(listVolumes);
      expect(screen.getByText('Copying, 40 %')).toBeInTheDocument();
      listVolumes.mockResolvedValue(
        volumeList([{ ...volumes.copying, progressPercent: 60 }]),
      );
      jest.mocked(Date.now).mockReturnValue(Date.parse(FIXTURE_NOW) + 10_000);
      act(() => signals.send(GOLDEN_IMAGES_SIGNAL_CHANNEL, { revision: 2 }));
      expect(
        await screen.findByText('Copying, 60 %, about 20 s left'),
      ).toBeInTheDocument();
      expect(screen.getByRole('progressbar')).toHaveAttribute(
        'aria-valuetext',
        '60 %, about 20 s left',
      );
    });

    it('shows a volume that goes while its drawer is open', async () => {
      const listVolumes = answering(volumeList([volumes.deleting]));
      const { signals } = await renderCard(listVolumes);
      fireEvent.click(screen.getByRole('button', { name: 'orders-old-disk' }));
      expect(
        within(screen.getByRole('dialog')).getByText('Being deleted'),
      ).toBeInTheDocument();
      listVolumes.mockResolvedValue(volumeList([]));
      jest.mocked(Date.now).mockReturnValue(Date.parse(FIXTURE_NOW) + 5_000);
      act(() => signals.send(GOLDEN_IMAGES_SIGNAL_CHANNEL, { revision: 2 }));
      expect(
        await within(screen.getByRole('dialog')).findByText(
          /This volume does not exist any more/,
        ),
      ).toBeInTheDocument();
    });
  });
});
