import { ALL_VERBS, type ResourceDefinition } from './resources';
import { child, isObject, type Json, type KubeObject } from './types';

/** `events.k8s.io/v1`: another view of the core group's events, for reading. */
export const EVENTS_V1: ResourceDefinition = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  singular: 'event',
  kind: 'Event',
  namespaced: true,
  shortNames: ['ev'],
  verbs: ALL_VERBS.filter(verb => ['get', 'list', 'watch'].includes(verb)),
  hasStatus: false,
  viewOf: 'events',
  fieldLabels: {
    'regarding.kind': ['involvedObject.kind'],
    'regarding.namespace': ['involvedObject.namespace'],
    'regarding.name': ['involvedObject.name'],
    'regarding.uid': ['involvedObject.uid'],
    'regarding.apiVersion': ['involvedObject.apiVersion'],
    'regarding.resourceVersion': ['involvedObject.resourceVersion'],
    'regarding.fieldPath': ['involvedObject.fieldPath'],
    reason: ['reason'],
    reportingController: ['reportingComponent', 'source.component'],
    type: ['type'],
  },
};

/** A core event in the words of `events.k8s.io/v1`. */
export function toEventV1(event: KubeObject): KubeObject {
  const copied: Json = {};
  for (const field of ['action', 'related', 'series', 'type', 'reason']) {
    if (event[field] !== undefined) copied[field] = event[field];
  }
  return {
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
    metadata: event.metadata,
    eventTime: event.eventTime ?? null,
    reportingController:
      event.reportingComponent || child(event, 'source', 'component') || '',
    ...(event.reportingInstance
      ? { reportingInstance: event.reportingInstance }
      : {}),
    ...copied,
    regarding: event.involvedObject,
    note: event.message,
    ...(isObject(event.source) ? { deprecatedSource: event.source } : {}),
    deprecatedFirstTimestamp: event.firstTimestamp ?? null,
    deprecatedLastTimestamp: event.lastTimestamp ?? null,
    ...(event.count === undefined ? {} : { deprecatedCount: event.count }),
  };
}
