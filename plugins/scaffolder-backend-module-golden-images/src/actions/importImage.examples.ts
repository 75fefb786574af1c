import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description:
      'Import a version of an image over HTTP and wait until it is ready',
    example: stringify({
      steps: [
        {
          id: 'import',
          name: 'Import the image',
          action: 'golden-images:import',
          input: {
            name: 'ubuntu-24.04',
            version: '20261101',
            source: {
              http: {
                url: 'https://images.example.com/ubuntu-24.04-20261101.qcow2',
                checksum: `sha256:${'0123456789abcdef'.repeat(4)}`,
              },
            },
            size: '10Gi',
            os: 'Ubuntu 24.04',
            architecture: 'amd64',
          },
        },
      ],
    }),
  },
  {
    description:
      'Correct a failed import under the same version, keep it for inspection when it fails again, and do not move the alias',
    example: stringify({
      steps: [
        {
          id: 'import',
          name: 'Import the image',
          action: 'golden-images:import',
          input: {
            name: 'orders-seed',
            version: 'v2',
            source: { http: { url: 'https://images.example.com/orders.raw' } },
            size: '20Gi',
            replaceFailed: true,
            setCurrent: false,
            onTimeout: 'keep',
            timeoutSeconds: 7200,
          },
        },
      ],
    }),
  },
];
