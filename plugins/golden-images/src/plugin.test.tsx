import { screen } from '@testing-library/react';
import type { Entity } from '@backstage/catalog-model';
import { renderTestApp } from '@backstage/frontend-test-utils';
import { EntityCardBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import type { VolumeList } from '@golden-images/plugin-golden-images-common';
import { volumeList, volumes } from './fixtures/volumes';
import goldenImagesPlugin, { goldenImagesApiRef, isVolumesAvailable } from '.';

const entity = (kind: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name: 'orders', namespace: 'default' },
});

const anotherCard = EntityCardBlueprint.make({
  name: 'another',
  params: { loader: async () => <p>Another card</p> },
});

function renderPage(kind: string, config?: { createLink: string }) {
  const listVolumes = jest.fn<Promise<VolumeList>, [{ entityRef: string }]>(
    async () => volumeList([volumes.usable]),
  );
  const api = {
    listVolumes,
    listImages: jest.fn(),
    listNamespaces: jest.fn(),
    preflight: jest.fn(),
  };
  renderTestApp({
    apis: [[goldenImagesApiRef, api]],
    extensions: [
      createTestEntityPage({ entity: entity(kind) }),
      goldenImagesPlugin.getExtension('entity-card:golden-images/volumes'),
      anotherCard,
    ],
    config: config && {
      app: {
        extensions: [{ 'entity-card:golden-images/volumes': { config } }],
      },
    },
  });
  return listVolumes;
}

describe('the plugin in the new frontend system', () => {
  it('brings a card and its API', () => {
    expect(goldenImagesPlugin.getExtension('api:golden-images')).toBeDefined();
    expect(goldenImagesPlugin.pluginId).toBe('golden-images');
  });

  it.each(['Component', 'System', 'Resource'])(
    'shows the volumes of a %s',
    async kind => {
      const listVolumes = renderPage(kind);
      expect(
        await screen.findByRole('button', { name: 'orders-db-disk' }),
      ).toBeInTheDocument();
      expect(listVolumes.mock.calls[0][0]).toEqual({
        entityRef: `${kind.toLowerCase()}:default/orders`,
      });
      expect(isVolumesAvailable(entity(kind))).toBe(true);
    },
  );

  it.each(['Group', 'User', 'Template'])(
    'is not on the page of a %s',
    async kind => {
      const listVolumes = renderPage(kind);
      expect(await screen.findByText('Another card')).toBeInTheDocument();
      expect(screen.queryByText('Volumes')).not.toBeInTheDocument();
      expect(listVolumes).not.toHaveBeenCalled();
      expect(isVolumesAvailable(entity(kind))).toBe(false);
    },
  );

  it('leads where the configuration says', async () => {
    renderPage('Component', { createLink: '/create/templates/default/disk' });
    expect(
      await screen.findByRole('button', { name: '+ Disk from an image' }),
    ).toHaveAttribute('href', '/create/templates/default/disk');
  });
});
