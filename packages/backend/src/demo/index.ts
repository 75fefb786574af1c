import { createBackendFeatureLoader } from '@backstage/backend-plugin-api';

/** What only the demo has: its sign-in, and its way to publish without an SCM. */
export default createBackendFeatureLoader({
  *loader() {
    yield import('./signIn');
    yield import('./components/catalogModule');
    yield import('./components/scaffolderModule');
  },
});
