import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description:
      'Clone the current version of an image and wait until it is usable',
    example: stringify({
      steps: [
        {
          id: 'disk',
          name: 'Clone the image',
          action: 'golden-images:clone',
          input: {
            image: 'ubuntu-24-04',
            namespace: 'team-a-dev',
            name: 'orders-disk',
            entityRef: 'component:default/orders',
          },
        },
      ],
    }),
  },
  {
    description:
      'Ask for a larger clone of one version, and go on as soon as it is accepted; golden-images:wait waits for it later',
    example: stringify({
      steps: [
        {
          id: 'disk',
          name: 'Ask for the disk',
          action: 'golden-images:clone',
          input: {
            cluster: 'dev-1',
            image: 'ubuntu-24-04',
            version: '20261101',
            namespace: 'team-a-dev',
            name: 'orders-disk',
            size: '20Gi',
            waitFor: 'accepted',
          },
        },
      ],
    }),
  },
  {
    description:
      'Bind the volume at once, shared by several nodes, and delete it when it does not become ready in time',
    example: stringify({
      steps: [
        {
          id: 'disk',
          name: 'Clone the image',
          action: 'golden-images:clone',
          input: {
            image: 'ubuntu-24-04',
            imageNamespace: 'golden-images',
            namespace: 'team-a-dev',
            name: 'orders-disk',
            storageClass: 'longhorn-wait',
            accessModes: ['ReadWriteMany'],
            bindImmediately: true,
            waitFor: 'bound',
            onTimeout: 'delete',
            timeoutSeconds: 600,
          },
        },
      ],
    }),
  },
];
