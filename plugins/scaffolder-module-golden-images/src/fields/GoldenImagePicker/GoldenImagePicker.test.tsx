import axe from 'axe-core';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { cluster, image, refusal } from '../__testUtils__/answers';
import { createApi, renderForm } from '../__testUtils__/renderForm';
import { goldenImagePicker } from '../formFields';

const field = { ...goldenImagePicker, schema: goldenImagePicker.schema.schema };
const property = { title: 'Golden image', 'ui:field': 'GoldenImagePicker' };

const createReadyApi = () => {
  const api = createApi();
  api.listImages.mockResolvedValue({
    items: [
      image(),
      image({ image: 'demo-server', title: 'Demo Server', verified: 'none' }),
    ],
    clusters: [cluster()],
  });
  return api;
};

const input = () => screen.getByRole('combobox', { name: /Golden image/ });

describe('GoldenImagePicker', () => {
  it('emits the name of the image that was chosen with the mouse', async () => {
    const form = await renderForm({ api: createReadyApi(), field, property });
    await userEvent.click(input());
    const option = await screen.findByRole('option', { name: /Demo Linux/ });
    expect(option).toHaveTextContent(
      'version 20261101 · Linux x86_64 · 10 GiB · verified by checksum',
    );
    expect(
      screen.getByRole('option', { name: /Demo Server/ }),
    ).toHaveTextContent('bytes not verified');
    await userEvent.click(option);
    expect(input()).toHaveValue('Demo Linux (demo-linux)');
    expect(input()).toHaveAccessibleDescription(/version 20261101/);
    form.review();
    await form.create();
    await waitFor(() =>
      expect(form.created).toEqual([{ chosen: 'demo-linux' }]),
    );
  });

  it('is chosen by keyboard, and found by typing', async () => {
    const form = await renderForm({ api: createReadyApi(), field, property });
    await userEvent.type(input(), 'serv');
    await waitFor(() =>
      expect(screen.getAllByRole('option').map(o => o.textContent)).toEqual([
        expect.stringContaining('Demo Server (demo-server)'),
      ]),
    );
    expect(input()).toHaveAttribute('aria-expanded', 'true');
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(input()).toHaveValue('Demo Server (demo-server)');
    expect(input()).toHaveAttribute('aria-expanded', 'false');
    form.review();
    await form.create();
    await waitFor(() =>
      expect(form.created).toEqual([{ chosen: 'demo-server' }]),
    );
  });

  it('is accessible, closed and open', async () => {
    await renderForm({ api: createReadyApi(), field, property });
    const problems = async () => {
      // jsdom has no layout, so nothing can be said about colours there.
      const { violations } = await axe.run(input().closest('form')!, {
        rules: { 'color-contrast': { enabled: false } },
      });
      return violations.map(({ id, nodes }) => [id, nodes[0].html]);
    };
    expect(await problems()).toEqual([]);
    await userEvent.click(input());
    await screen.findByRole('option', { name: /Demo Linux/ });
    expect(await problems()).toEqual([]);
  });

  it('asks for images of the cluster and namespace of its options', async () => {
    const api = createReadyApi();
    await renderForm({
      api,
      field,
      property: {
        ...property,
        'ui:options': { cluster: 'dev-2', namespace: 'images' },
      },
    });
    expect(api.listImages).toHaveBeenCalledWith(
      { cluster: 'dev-2', namespace: 'images', ready: true },
      { signal: expect.any(AbortSignal) },
    );
  });

  it('says that it is looking', async () => {
    const api = createApi();
    api.listImages.mockReturnValue(new Promise(() => {}));
    await renderForm({ api, field, property });
    expect(screen.getByText('Looking for images …')).toBeInTheDocument();
    expect(input()).toHaveAttribute('aria-busy', 'true');
  });

  describe('without images', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('says so, and shows one as soon as it is ready', async () => {
      const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
      const api = createApi();
      await renderForm({ api, field, property });
      expect(
        screen.getByText(/No golden image is ready to be cloned/),
      ).toBeInTheDocument();
      api.listImages.mockResolvedValue({
        items: [image()],
        clusters: [cluster()],
      });
      await waitFor(
        () =>
          expect(
            screen.queryByText(/No golden image is ready/),
          ).not.toBeInTheDocument(),
        { timeout: 10_000 },
      );
      await user.click(input());
      expect(
        await screen.findByRole('option', { name: /Demo Linux/ }),
      ).toBeInTheDocument();
    });
  });

  it('says which clusters may hold more', async () => {
    const api = createApi();
    api.listImages.mockResolvedValue({
      items: [],
      clusters: [
        cluster(),
        cluster({ name: 'dev-2', connection: 'unreachable' }),
      ],
    });
    await renderForm({ api, field, property });
    expect(
      screen.getByText(
        /No golden image is ready .* Cluster dev-2 cannot be reached; what it has may be missing or old\./,
      ),
    ).toBeInTheDocument();
  });

  it('says which right is missing', async () => {
    const api = createApi();
    api.listImages.mockRejectedValue(await refusal('golden-images.read'));
    await renderForm({ api, field, property });
    expect(
      screen.getByText(
        /You may not see golden images\. .*the permission "golden-images\.read"/,
      ),
    ).toBeInTheDocument();
  });

  it('says what went wrong, and tries again on request', async () => {
    const api = createReadyApi();
    api.listImages.mockRejectedValueOnce(new Error('Failed to fetch'));
    await renderForm({ api, field, property });
    expect(
      screen.getByText(/The images cannot be listed\. Failed to fetch/),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() =>
      expect(screen.queryByText(/cannot be listed/)).not.toBeInTheDocument(),
    );
    await userEvent.click(input());
    expect(
      await screen.findByRole('option', { name: /Demo Linux/ }),
    ).toBeInTheDocument();
  });

  it('shows a value from elsewhere, and refuses it when it is not ready', async () => {
    const form = await renderForm({
      api: createReadyApi(),
      field,
      property,
      initial: 'windows',
    });
    expect(input()).toHaveValue('windows');
    expect(
      screen.getByText(/"windows" is not among the images that are ready/),
    ).toBeInTheDocument();
    form.review();
    await waitFor(() =>
      expect(input()).toHaveAccessibleDescription(
        'There is no image "windows" that is ready. Choose one of the list.',
      ),
    );
    expect(
      screen.queryByRole('button', { name: 'Create' }),
    ).not.toBeInTheDocument();
  });
});
