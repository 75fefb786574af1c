import { screen, within } from '@testing-library/react';
import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import {
  createFrontendPlugin,
  createRouteRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { navModule } from './navModule';

const page = (pluginId: string, title: string) => {
  const routeRef = createRouteRef();
  return createFrontendPlugin({
    pluginId,
    title,
    icon: <span />,
    routes: { root: routeRef },
    extensions: [
      PageBlueprint.make({
        params: {
          path: `/${pluginId}`,
          routeRef,
          loader: async () => <h1>{title}</h1>,
        },
      }),
    ],
  });
};

describe('DemoSidebar', () => {
  it('lists the pages, and who is signed in where the settings are', async () => {
    renderTestApp({
      initialRouteEntries: ['/catalog'],
      features: [
        navModule,
        page('user-settings', 'Settings'),
        page('zebra', 'Zebra'),
        page('scaffolder', 'Create'),
        page('catalog', 'Catalog'),
      ],
      apis: [
        mockApis.identity({
          userEntityRef: 'user:default/dana',
          displayName: 'Dana',
        }),
      ],
    });

    // By its text first: roles of a whole page are slow to look through again and again.
    const dana = await screen.findByText('Dana');
    expect(dana.closest('a')).toHaveAttribute('href', '/user-settings');
    const sidebar = within(
      screen.getByRole('navigation', { name: 'sidebar nav' }),
    );
    expect(
      sidebar.getAllByRole('link').map(link => link.getAttribute('href')),
    ).toEqual(['/', '/catalog', '/scaffolder', '/zebra', '/user-settings']);
    expect(
      screen.getByRole('link', { name: 'Golden Images demo, home' }),
    ).toHaveAttribute('href', '/');
  });
});
