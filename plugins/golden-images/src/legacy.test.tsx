import { screen } from '@testing-library/react';
import { discoveryApiRef, fetchApiRef } from '@backstage/core-plugin-api';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import { volumeList, volumes } from './fixtures/volumes';
import {
  EntityVolumesCard,
  GoldenImagesClient,
  goldenImagesApiRef,
  goldenImagesPlugin,
} from './legacy';

describe('the plugin in the legacy frontend system', () => {
  it("makes its API of the app's", () => {
    const [factory] = [...goldenImagesPlugin.getApis()];
    expect(factory.api).toBe(goldenImagesApiRef);
    expect(factory.deps).toEqual({
      discoveryApi: discoveryApiRef,
      fetchApi: fetchApiRef,
    });
  });

  it('has the card as an extension, which asks the backend', async () => {
    const fetch = jest.fn(
      async () =>
        new Response(JSON.stringify(volumeList([volumes.usable])), {
          headers: { 'content-type': 'application/json' },
        }),
    );
    const [factory] = [...goldenImagesPlugin.getApis()];
    const client = factory.factory({
      discoveryApi: { getBaseUrl: async (id: string) => `http://b/api/${id}` },
      fetchApi: { fetch },
    });
    if (!(client instanceof GoldenImagesClient)) {
      throw new Error('The plugin makes another client');
    }
    await renderInTestApp(
      <TestApiProvider apis={[[goldenImagesApiRef, client]]}>
        <EntityProvider
          entity={{
            apiVersion: 'backstage.io/v1alpha1',
            kind: 'Component',
            metadata: { name: 'orders', namespace: 'default' },
          }}
        >
          <EntityVolumesCard createLink="/create/x" />
        </EntityProvider>
      </TestApiProvider>,
    );
    expect(
      await screen.findByRole('button', { name: 'orders-db-disk' }),
    ).toBeInTheDocument();
    expect(fetch).toHaveBeenCalledWith(
      'http://b/api/golden-images/volumes?entityRef=component%3Adefault%2Forders',
      expect.anything(),
    );
    expect(
      screen.getByRole('button', { name: '+ Disk from an image' }),
    ).toHaveAttribute('href', '/create/x');
  });
});
