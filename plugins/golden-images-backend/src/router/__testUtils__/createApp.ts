import {
  mockCredentials,
  mockErrorHandler,
  mockServices,
} from '@backstage/backend-test-utils';
import express from 'express';
import { ClusterService } from '../../service';
import { createWorld } from '../../service/__testUtils__/world';
import { createRouter } from '../createRouter';

export const token = (name: string) =>
  mockCredentials.user.header(`user:default/${name}`);

interface ClosedEvent {
  eventId: string;
  meta?: unknown;
  /** `success`, or the name of the error. */
  end: string;
  /** What was said of one that succeeded. */
  outcome?: unknown;
}

/** The router over a fake cluster, and the audit events that were closed. */
export function createApp(world = createWorld()) {
  const auditor = mockServices.auditor.mock();
  const closed: ClosedEvent[] = [];
  auditor.createEvent.mockImplementation(async ({ eventId, meta }) => ({
    success: async answer => {
      closed.push({ eventId, meta, end: 'success', outcome: answer?.meta });
    },
    fail: async ({ error }) => {
      closed.push({ eventId, meta, end: error.name });
    },
  }));
  const app = express()
    .use(
      createRouter({
        ...world,
        httpAuth: mockServices.httpAuth({
          defaultCredentials: mockCredentials.none(),
        }),
        auditor,
        clusters: new ClusterService(world),
      }),
    )
    .use(mockErrorHandler());
  return { ...world, app, closed };
}
