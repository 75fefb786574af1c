import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const step = (name: string, input: object) =>
  stringify({
    steps: [{ id: 'manifest', name, action: 'golden-images:manifest', input }],
  });

export const examples: TemplateExample[] = [
  {
    description:
      'Write the claim of a clone into one file, for a pull request with publish:github:pull-request',
    example: step('Write the disk', {
      clone: {
        image: 'ubuntu-24-04',
        version: '20261101',
        namespace: 'team-a-dev',
        name: 'orders-disk',
        entityRef: 'component:default/orders',
      },
      targetPath: 'deploy/disk.yaml',
    }),
  },
  {
    description:
      'Write the DataVolume and the alias of an image into a folder, in place of what is there',
    example: step('Write the image', {
      import: {
        name: 'ubuntu-24-04',
        version: '20261101',
        source: {
          http: {
            url: 'https://images.example.com/ubuntu-24.04-20261101.qcow2',
            checksum: `sha256:${'0123456789abcdef'.repeat(4)}`,
          },
        },
        size: '10Gi',
      },
      targetPath: 'cluster/golden-images',
      overwrite: true,
    }),
  },
];
