import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const step = (input: object) =>
  stringify({
    steps: [
      {
        id: 'publish',
        name: 'Register the component',
        action: 'demo:publish',
        input,
      },
    ],
  });

export const examples: TemplateExample[] = [
  {
    description: 'Publish the catalog-info.yaml of the workspace',
    example: step({}),
  },
  {
    description: 'Check first that the name is free',
    example: step({ checkOnly: true }),
  },
];
