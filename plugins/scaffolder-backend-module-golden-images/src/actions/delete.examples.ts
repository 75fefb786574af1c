import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const step = (name: string, input: object) =>
  stringify({
    steps: [{ id: 'delete', name, action: 'golden-images:delete', input }],
  });

export const examples: TemplateExample[] = [
  {
    description: 'Delete a clone and wait until it is gone',
    example: step('Delete the disk', {
      kind: 'volume',
      namespace: 'team-a-dev',
      name: 'orders-disk',
    }),
  },
  {
    description:
      'Delete the very clone that an earlier step made, although it is still being copied',
    example: step('Delete the disk', {
      cluster: 'dev-1',
      kind: 'volume',
      // eslint-disable-next-line no-template-curly-in-string
      namespace: '${{ steps.disk.output.namespace }}',
      // eslint-disable-next-line no-template-curly-in-string
      name: '${{ steps.disk.output.claimName }}',
      // eslint-disable-next-line no-template-curly-in-string
      uid: '${{ steps.disk.output.uid }}',
      force: true,
    }),
  },
  {
    description:
      'Retire a version of an image as soon as nothing copies from it any more, without waiting for that',
    example: step('Retire the version', {
      kind: 'image',
      name: 'ubuntu-24-04-20261101',
      afterCopies: true,
      wait: false,
    }),
  },
];
