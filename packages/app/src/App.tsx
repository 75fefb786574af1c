import { createApp } from '@backstage/frontend-defaults';
import { navModule } from './modules/nav';
import { signInModule } from './modules/signIn';

/**
 * The demo portal. Its plugins are found among the dependencies of this
 * package (`app.packages: all`).
 */
export const app = createApp({ features: [navModule, signInModule] });
