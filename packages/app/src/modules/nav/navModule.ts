import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { NavContentBlueprint } from '@backstage/plugin-app-react';
import { DemoSidebar } from './DemoSidebar';

const sidebar = NavContentBlueprint.make({
  params: { component: DemoSidebar },
});

export const navModule = createFrontendModule({
  pluginId: 'app',
  extensions: [sidebar],
});
