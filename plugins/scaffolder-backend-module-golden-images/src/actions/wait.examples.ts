import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Wait for the disk that an earlier step asked for',
    example: stringify({
      steps: [
        {
          id: 'ready',
          name: 'Wait until the disk is usable',
          action: 'golden-images:wait',
          // eslint-disable-next-line no-template-curly-in-string
          input: { waitHandle: '${{ steps.disk.output.waitHandle }}' },
        },
      ],
    }),
  },
  {
    description: 'Wait until an image that somebody else imports is ready',
    example: stringify({
      steps: [
        {
          id: 'image',
          name: 'Wait for the image',
          action: 'golden-images:wait',
          input: {
            kind: 'image',
            namespace: 'golden-images',
            name: 'ubuntu-24-04-20261101',
            timeoutSeconds: 7200,
          },
        },
      ],
    }),
  },
];
