import axe from 'axe-core';
import type { Entity } from '@backstage/catalog-model';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import { screen, within } from '@testing-library/react';
import type {
  Volume,
  VolumeList,
} from '@golden-images/plugin-golden-images-common';
import { goldenImagesApiRef } from '../../../api';
import { FakeSignals } from '../../../hooks/__testUtils__/FakeSignals';
import { EntityVolumesCard } from '../EntityVolumesCard';

const orders: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'orders', namespace: 'default' },
};

export async function renderCard(
  listVolumes: jest.Mock<Promise<VolumeList>>,
  props: { createLink?: string } = {},
) {
  const signals = new FakeSignals();
  const { container } = await renderInTestApp(
    <TestApiProvider
      apis={[
        [
          goldenImagesApiRef,
          {
            listVolumes,
            listImages: jest.fn(),
            listNamespaces: jest.fn(),
            preflight: jest.fn(),
          },
        ],
        [signalApiRef, signals],
      ]}
    >
      <EntityProvider entity={orders}>
        <EntityVolumesCard {...props} />
      </EntityProvider>
    </TestApiProvider>,
    { mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef } },
  );
  return { container, signals };
}

export const answering = (list: VolumeList) =>
  jest.fn<Promise<VolumeList>, []>(async () => list);

export const rowOf = (volume: Volume) => {
  const row = screen.getByRole('button', { name: volume.name }).closest('li');
  if (!row) throw new Error(`There is no row of ${volume.name}`);
  return within(row);
};

export async function expectAccessible(element: Element) {
  // jsdom has no layout, so nothing can be said about colours there.
  const { violations } = await axe.run(element, {
    rules: { 'color-contrast': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes[0].html])).toEqual([]);
}
