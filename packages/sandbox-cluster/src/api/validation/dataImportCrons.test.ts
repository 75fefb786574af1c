import type { Json } from '../types';
import { validateDataImportCron } from './dataImportCrons';

const cron = (changes: Json = {}, template: Json = {}, name = 'c') => ({
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'DataImportCron',
  metadata: { name },
  spec: {
    managedDataSource: 'm',
    schedule: '0 * * * *',
    template: {
      spec: {
        source: { registry: { url: 'docker://r.example.test/a:b' } },
        storage: { resources: { requests: { storage: '5Gi' } } },
        ...template,
      },
    },
    ...changes,
  },
});

describe('validateDataImportCron', () => {
  it.each([
    [cron()],
    [cron({ schedule: '' })],
    [cron({ schedule: '@daily' })],
    [cron({ schedule: '*/5 0-3 1,15 * MON' })],
    [cron({}, { source: { pvc: { namespace: 'n', name: 'x' } }, storage: {} })],
  ])('accepts %j', object => {
    expect(validateDataImportCron(object)).toBeUndefined();
  });

  it.each([
    [
      'Illegal cron schedule',
      'spec.Schedule',
      cron({ schedule: '0 0 * * * *' }),
    ],
    [
      'Illegal ImportsToKeep value',
      'spec.ImportsToKeep',
      cron({ importsToKeep: -1 }),
    ],
    [
      'Illegal GarbageCollect value',
      'spec.GarbageCollect',
      cron({ garbageCollect: 'Maybe' }),
    ],
    [
      'Name cannot be longer than 63 characters',
      undefined,
      cron({ managedDataSource: 'a'.repeat(64) }),
    ],
    [
      'Name cannot be longer than 63 characters',
      undefined,
      cron({}, {}, 'a'.repeat(64)),
    ],
    ['Missing source', 'spec.Template', cron({}, { source: undefined })],
    [
      'Storage size is missing',
      'Template.Storage.resources.requests.size',
      cron({}, { storage: {} }),
    ],
    [
      'Unsettable fields: SourceRef, ContentType, Checkpoints, FinalCheckpoint',
      'spec.Template',
      cron({}, { contentType: 'kubevirt' }),
    ],
    [
      'Illegal registry source URL scheme http://r/a',
      'Template.source.Registry.URL',
      cron({}, { source: { registry: { url: 'http://r/a' } } }),
    ],
  ])('says %s', (message, field, object) => {
    expect(validateDataImportCron(object)).toMatchObject({ message });
    expect(validateDataImportCron(object)?.field).toBe(field);
  });
});
