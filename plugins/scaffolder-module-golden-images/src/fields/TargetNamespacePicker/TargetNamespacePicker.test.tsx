import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { cluster, namespace, refusal } from '../__testUtils__/answers';
import { createApi, renderForm } from '../__testUtils__/renderForm';
import { targetNamespacePicker } from '../formFields';

const field = {
  ...targetNamespacePicker,
  schema: targetNamespacePicker.schema.schema,
};
const property = { title: 'Namespace', 'ui:field': 'TargetNamespacePicker' };

const createApiWith = (...names: string[]) => {
  const api = createApi();
  api.listNamespaces.mockResolvedValue({
    items: names.map(name => namespace({ name })),
    clusters: [cluster()],
  });
  return api;
};

const input = () => screen.getByRole('combobox', { name: /Namespace/ });

describe('TargetNamespacePicker', () => {
  it('offers the namespaces into which the caller may clone', async () => {
    const api = createApiWith('team-a-dev', 'team-a-test');
    const form = await renderForm({ api, field, property });
    expect(api.listNamespaces).toHaveBeenCalledWith(
      { cluster: undefined, for: 'clone' },
      { signal: expect.any(AbortSignal) },
    );
    expect(input()).toHaveValue('');
    await userEvent.click(input());
    await userEvent.click(
      await screen.findByRole('option', { name: /team-a-test/ }),
    );
    form.review();
    await form.create();
    await waitFor(() =>
      expect(form.created).toEqual([{ chosen: 'team-a-test' }]),
    );
  });

  it('chooses the only one by itself where one is required', async () => {
    await renderForm({ api: createApiWith('team-a-dev'), field, property });
    await waitFor(() => expect(input()).toHaveValue('team-a-dev'));
    expect(input()).toBeEnabled();
  });

  it('leaves the choice where none is required', async () => {
    await renderForm({
      api: createApiWith('team-a-dev'),
      field,
      property,
      required: false,
    });
    expect(input()).toHaveValue('');
  });

  it('says what to do where nothing is owned', async () => {
    await renderForm({ api: createApiWith(), field, property });
    expect(
      screen.getByText(
        /No namespace belongs to you .*golden-images\.backstage\.io\/owner/,
      ),
    ).toBeInTheDocument();
  });

  it('says which right is missing, also when it is submitted', async () => {
    const api = createApi();
    api.listNamespaces.mockRejectedValue(
      await refusal('golden-images.volume.clone'),
    );
    const form = await renderForm({ api, field, property, initial: 'team-b' });
    const words =
      /You may not make volumes\. .*the permission "golden-images\.volume\.clone"/;
    expect(screen.getByText(words)).toBeInTheDocument();
    form.review();
    await waitFor(() =>
      expect(document.getElementById('root_chosen__error')).toHaveTextContent(
        words,
      ),
    );
    expect(
      screen.queryByRole('button', { name: 'Create' }),
    ).not.toBeInTheDocument();
  });

  it('refuses a namespace of somebody else', async () => {
    const form = await renderForm({
      api: createApiWith('team-a-dev'),
      field,
      property: { ...property, 'ui:options': { cluster: 'dev-1' } },
      initial: 'team-b-dev',
    });
    form.review();
    await waitFor(() =>
      expect(input()).toHaveAccessibleDescription(
        'You may not make volumes in a namespace "team-b-dev" of cluster "dev-1". Choose one of the list.',
      ),
    );
  });

  it('refuses nothing while the backend cannot be asked', async () => {
    const api = createApi();
    api.listNamespaces.mockRejectedValue(new Error('Failed to fetch'));
    const form = await renderForm({ api, field, property, initial: 'team-a' });
    form.review();
    await form.create();
    await waitFor(() => expect(form.created).toEqual([{ chosen: 'team-a' }]));
  });
});
