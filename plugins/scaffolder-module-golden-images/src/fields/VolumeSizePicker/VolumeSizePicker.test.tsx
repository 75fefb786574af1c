import axe from 'axe-core';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { PreflightResponse } from '@golden-images/plugin-golden-images-common';
import { cluster, image, refusal } from '../__testUtils__/answers';
import { createApi, renderForm } from '../__testUtils__/renderForm';
import { volumeSizePicker } from '../formFields';

const GIB = 2 ** 30;
const field = { ...volumeSizePicker, schema: volumeSizePicker.schema.schema };
const property = {
  title: 'Size',
  'ui:field': 'VolumeSizePicker',
  'ui:options': { claimName: '{name}-disk' },
};
const others = { name: 'cart', image: 'demo-linux', namespace: 'team-a-dev' };

const answer = (
  change: Partial<PreflightResponse> = {},
): PreflightResponse => ({
  ok: true,
  problems: [],
  warnings: [],
  unknown: [],
  facts: { uses: [] },
  ...change,
});

const createReadyApi = () => {
  const api = createApi();
  api.listImages.mockResolvedValue({
    items: [image({ sizes: { capacityBytes: 2 * GIB } })],
    clusters: [cluster()],
  });
  return api;
};

const input = () => screen.getByRole('textbox', { name: /Size/ });
const findings = () =>
  within(
    screen.getByRole('list', { name: 'Whether the disk can be made' }),
  ).getAllByRole('listitem');
const show = (options: Partial<Parameters<typeof renderForm>[0]> = {}) =>
  renderForm({ api: createReadyApi(), field, property, others, ...options });

describe('VolumeSizePicker', () => {
  it('begins with the size of the image, and asks whether the disk can be made', async () => {
    const api = createReadyApi();
    api.preflight.mockResolvedValue(
      answer({
        warnings: ['Only one machine at a time can use it.'],
        unknown: ['Longhorn settings'],
        facts: {
          uses: [
            {
              namespace: 'team-a-dev',
              role: 'target',
              peakClaims: 1,
              peakBytes: 2 * GIB,
              quota: {
                known: true,
                left: [
                  {
                    quota: 'disks',
                    resource: 'requests.storage',
                    unit: 'bytes',
                    hard: 20 * GIB,
                    used: 10 * GIB,
                    left: 10 * GIB,
                  },
                ],
              },
            },
          ],
        },
      }),
    );
    const form = await show({ api });
    await waitFor(() => expect(input()).toHaveValue('2'));
    expect(screen.getByText('GiB')).toBeInTheDocument();
    expect(input()).toHaveAccessibleDescription(
      'Demo Linux has 2 GiB; the volume may be larger.',
    );
    await waitFor(() =>
      expect(findings().map(line => line.textContent)).toEqual([
        expect.stringContaining(
          'The disk can be made. 8 GiB of the quota of team-a-dev will be left.',
        ),
        expect.stringContaining('Only one machine at a time can use it.'),
        expect.stringContaining('Could not be looked at: Longhorn settings'),
      ]),
    );
    expect(api.preflight).toHaveBeenLastCalledWith(
      {
        clone: {
          image: { name: 'demo-linux' },
          namespace: 'team-a-dev',
          name: 'cart-disk',
          size: '2Gi',
        },
      },
      { signal: expect.any(AbortSignal) },
    );
    form.review();
    await form.create();
    await waitFor(() =>
      expect(form.created).toEqual([{ ...others, chosen: '2Gi' }]),
    );
  });

  it('says of a larger volume that what is inside stays small', async () => {
    const form = await show();
    await waitFor(() => expect(input()).toHaveValue('2'));
    await userEvent.clear(input());
    await userEvent.type(input(), '20');
    expect(input()).toHaveAccessibleDescription(
      'Demo Linux has 2 GiB. What is inside stays as large as it is, until somebody grows it from within.',
    );
    form.review();
    await form.create();
    await waitFor(() =>
      expect(form.created).toEqual([{ ...others, chosen: '20Gi' }]),
    );
  });

  it.each([
    ['1', '1 GiB is less than the image has. Ask for 2 GiB or more.'],
    ['many', '"many" is not a size. Write a number of GiB, such as 20.'],
  ])('refuses %j while it is typed', async (typed, words) => {
    const api = createReadyApi();
    await show({ api });
    await waitFor(() => expect(input()).toHaveValue('2'));
    await userEvent.clear(input());
    await userEvent.type(input(), typed);
    expect(input()).toHaveAccessibleDescription(words);
    expect(input()).toBeInvalid();
    await waitFor(() =>
      expect(
        screen.queryByRole('list', { name: 'Whether the disk can be made' }),
      ).not.toBeInTheDocument(),
    );
  });

  it('lets nobody go on with what the backend finds, and says what to do', async () => {
    const api = createReadyApi();
    api.preflight.mockResolvedValue(
      answer({
        ok: false,
        problems: [
          {
            field: 'namespace',
            code: 'quota',
            message: 'quota of team-a-dev: 12 GiB wanted, 8 GiB left',
            remedy: 'ask for a smaller disk',
          },
        ],
      }),
    );
    const form = await show({ api });
    const words =
      'namespace: quota of team-a-dev: 12 GiB wanted, 8 GiB left. What to do: ask for a smaller disk.';
    await waitFor(() => expect(findings()[0]).toHaveTextContent(words));
    form.review();
    await waitFor(() =>
      expect(input()).toHaveAccessibleDescription(RegExp(words)),
    );
    expect(
      screen.queryByRole('button', { name: 'Create' }),
    ).not.toBeInTheDocument();
  });

  it('says nothing of a name that it does not know', async () => {
    const api = createReadyApi();
    api.preflight.mockResolvedValue(
      answer({
        ok: false,
        problems: [{ field: 'name', code: 'name-taken', message: 'taken' }],
      }),
    );
    await show({ api, property: { ...property, 'ui:options': {} } });
    await waitFor(() =>
      expect(findings()[0]).toHaveTextContent('The disk can be made.'),
    );
  });

  it('says which right is missing', async () => {
    const api = createReadyApi();
    api.preflight.mockRejectedValue(await refusal('golden-images.clone'));
    await show({ api });
    await waitFor(() =>
      expect(findings()[0]).toHaveTextContent(
        /You may not make this volume\. .*"golden-images\.clone"/,
      ),
    );
  });

  it('does not stand in the way while the backend cannot be asked', async () => {
    const api = createReadyApi();
    api.preflight.mockRejectedValue(new Error('Failed to fetch'));
    const form = await show({ api });
    await waitFor(() =>
      expect(findings()[0]).toHaveTextContent(
        'Whether it can be made is not known: Failed to fetch',
      ),
    );
    api.preflight.mockResolvedValue(answer());
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() =>
      expect(findings()[0]).toHaveTextContent('The disk can be made.'),
    );
    form.review();
    await form.create();
    await waitFor(() => expect(form.created).toHaveLength(1));
  });

  it('keeps a size from elsewhere, and asks nothing before there is an image', async () => {
    const api = createReadyApi();
    await show({ api, initial: '1500Mi', others: { name: 'cart' } });
    expect(input()).toHaveValue('1500Mi');
    expect(screen.queryByText('GiB')).not.toBeInTheDocument();
    expect(api.preflight).not.toHaveBeenCalled();
    expect(api.listImages).not.toHaveBeenCalled();
  });

  it('is accessible', async () => {
    await show();
    await waitFor(() =>
      expect(findings()[0]).toHaveTextContent('The disk can be made.'),
    );
    // jsdom has no layout, so nothing can be said about colours there.
    const { violations } = await axe.run(input().closest('form')!, {
      rules: { 'color-contrast': { enabled: false } },
    });
    expect(violations.map(({ id, nodes }) => [id, nodes[0].html])).toEqual([]);
  });
});
