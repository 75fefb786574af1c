import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const step = (input: object) =>
  stringify({
    steps: [
      {
        id: 'import',
        name: 'Import the image',
        action: 'golden-images:import',
        input,
      },
    ],
  });

export const examples: TemplateExample[] = [
  {
    description:
      'Import a version of an image over HTTP and wait until it is ready',
    example: step({
      name: 'ubuntu-24-04',
      version: '20261101',
      source: {
        http: {
          url: 'https://images.example.com/ubuntu-24.04-20261101.qcow2',
          checksum: `sha256:${'0123456789abcdef'.repeat(4)}`,
        },
      },
      size: 'auto',
      os: 'Ubuntu 24.04',
      architecture: 'amd64',
    }),
  },
  {
    description:
      'Correct a failed import under the same version, keep it for inspection when it fails again, and do not move the alias',
    example: step({
      name: 'orders-seed',
      version: 'v2',
      source: { http: { url: 'https://images.example.com/orders.raw' } },
      size: '20Gi',
      replaceFailed: true,
      setCurrent: false,
      onTimeout: 'keep',
      timeoutSeconds: 7200,
    }),
  },
  {
    description: 'Import the disk of a container image, by its digest',
    example: step({
      name: 'fedora-41',
      version: '20261101',
      source: {
        registry: {
          url: `docker://quay.io/containerdisks/fedora@sha256:${'0123456789abcdef'.repeat(
            4,
          )}`,
        },
      },
      size: '10Gi',
    }),
  },
  {
    description:
      'Import an object of S3, with credentials by the name of a Secret, onto a block device',
    example: step({
      name: 'warehouse-seed',
      version: 'v1',
      source: {
        s3: {
          url: 'https://s3.example.com/images/warehouse.qcow2',
          secretRef: 's3-reader',
        },
      },
      size: '50Gi',
      volumeMode: 'Block',
    }),
  },
  {
    description: 'Unpack an archive from Google Cloud Storage into files',
    example: step({
      name: 'fonts',
      version: 'v1',
      source: { gcs: { url: 'gs://example-images/fonts.tar' } },
      contentType: 'archive',
      size: '1Gi',
    }),
  },
  {
    description: 'Make an image of a claim, and go on without waiting',
    example: step({
      name: 'orders-golden',
      version: 'v3',
      source: { pvc: { namespace: 'team-a-dev', name: 'orders-disk' } },
      size: '20Gi',
      wait: false,
    }),
  },
];
