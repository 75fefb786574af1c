import {
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import { systemTiming, type Timing } from './Timing';

/**
 * By which the chores of a cluster pause between their rounds. It is a service
 * so that tests of the whole backend need not sit these pauses out.
 */
export const choreTimingServiceRef = createServiceRef<Pick<Timing, 'delay'>>({
  id: 'golden-images.chore-timing',
  defaultFactory: async service =>
    createServiceFactory({ service, deps: {}, factory: () => systemTiming }),
});
