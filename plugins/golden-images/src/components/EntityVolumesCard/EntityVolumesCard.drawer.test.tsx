import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FIXTURE_NOW, volumeList, volumes } from '../../fixtures/volumes';
import { snippetsFor } from '../VolumeDrawer/snippets';
import {
  answering,
  expectAccessible,
  renderCard,
} from './__testUtils__/renderCard';

describe('drawer', () => {
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.parse(FIXTURE_NOW));
  });
  afterEach(() => jest.restoreAllMocks());

  it('opens and closes by keyboard, and gives the focus back', async () => {
    await renderCard(answering(volumeList([volumes.usable, volumes.copying])));
    const row = screen.getByRole('button', { name: 'orders-cache-disk' });
    row.focus();
    await userEvent.keyboard('{Enter}');
    const dialog = screen.getByRole('dialog', { name: 'orders-cache-disk' });
    await waitFor(() =>
      expect(dialog.parentElement).toContainElement(
        document.activeElement as HTMLElement,
      ),
    );
    for (let step = 0; step < 8; step += 1) {
      await userEvent.tab();
      expect(row).not.toHaveFocus();
    }
    await userEvent.keyboard('{Escape}');
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(row).toHaveFocus();
  });

  it('tells everything about a volume', async () => {
    await renderCard(answering(volumeList([volumes.usable])));
    await userEvent.click(
      screen.getByRole('button', { name: 'orders-db-disk' }),
    );
    const dialog = screen.getByRole('dialog');
    const section = (name: string) =>
      within(within(dialog).getByRole('region', { name }));
    const use = section('Use it');
    expect(use.getByText(/claimName: orders-db-disk$/m)).toBeInTheDocument();
    expect(use.getByText(/kind: VirtualMachine/)).toBeInTheDocument();
    const happened = section('What happened');
    expect(happened.getByRole('link', { name: /dana/ })).toHaveAttribute(
      'href',
      '/catalog/default/user/dana',
    );
    expect(happened.getByText('Pod orders-db-0')).toBeInTheDocument();
    expect(happened.getAllByText(/\(1 h ago\)/)).toHaveLength(2);
    const size = section('Size');
    expect(size.getByText('10 GiB')).toBeInTheDocument();
    expect(size.getByText('8 GiB')).toBeInTheDocument();
    expect(size.getByText('2.5 GiB')).toBeInTheDocument();
    const lineage = section('Where it comes from');
    expect(lineage.getByText('20261115')).toBeInTheDocument();
    expect(lineage.getByText('by checksum')).toBeInTheDocument();
    const storage = section('How it is stored');
    expect(storage.getByText('healthy')).toBeInTheDocument();
    expect(storage.getByText('3')).toBeInTheDocument();
    await expectAccessible(dialog);
    await userEvent.click(
      within(dialog).getByRole('button', {
        name: 'Everything that is known',
      }),
    );
    expect(
      within(dialog).getByText(/"cloneState": "completed"/),
    ).toBeInTheDocument();
  });

  it('copies a snippet', async () => {
    let copied: string | undefined;
    // What a browser does on this command, which jsdom does not have.
    Object.defineProperty(document, 'execCommand', {
      configurable: true,
      value: (command: string) => {
        if (command === 'copy') copied = document.getSelection()?.toString();
        return true;
      },
    });
    await renderCard(answering(volumeList([volumes.block])));
    await userEvent.click(
      screen.getByRole('button', { name: 'orders-vm-root' }),
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Copy: In a Pod' }),
    );
    expect(copied).toBe(snippetsFor(volumes.block)[0].yaml);
  });

  it('says that a removed image is not needed, and offers no use of what is bad', async () => {
    await renderCard(answering(volumeList([volumes.block, volumes.lost])));
    expect(screen.getAllByText('source removed')).toHaveLength(1);
    await userEvent.click(
      screen.getByRole('button', { name: 'orders-vm-root' }),
    );
    const dialog = within(screen.getByRole('dialog'));
    expect(
      dialog.getByText(/removed since. This volume does not depend on it/),
    ).toBeInTheDocument();
    expect(
      dialog.getByText('no: the bytes were not verified'),
    ).toBeInTheDocument();
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'orders-lost-disk' }),
    );
    const lost = within(screen.getByRole('dialog'));
    expect(lost.getByText('It cannot be used as it is.')).toBeInTheDocument();
    expect(lost.queryByText(/claimName/)).not.toBeInTheDocument();
  });
});
