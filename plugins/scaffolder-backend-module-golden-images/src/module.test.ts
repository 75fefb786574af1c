import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  scaffolderActionsExtensionPoint,
  type TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import { scaffolderModuleGoldenImages } from './module';

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** Every field of a JSON schema by its path. */
function fieldsOf(schema: Schema, path = ''): [string, Schema][] {
  if (schema.items) return fieldsOf(schema.items, path);
  return Object.entries(schema.properties ?? {}).flatMap(
    ([name, field]): [string, Schema][] => [
      [`${path}${name}`, field],
      ...fieldsOf(field, `${path}${name}.`),
    ],
  );
}

describe('scaffolderModuleGoldenImages', () => {
  it('adds the actions, each described in full', async () => {
    const added: TemplateAction<any, any, any>[] = [];
    const backend = await startTestBackend({
      extensionPoints: [
        [
          scaffolderActionsExtensionPoint,
          { addActions: (...actions: typeof added) => added.push(...actions) },
        ],
      ],
      features: [scaffolderModuleGoldenImages, mockServices.auth.factory()],
    });
    expect(added.map(({ id }) => id)).toEqual([
      'golden-images:import',
      'golden-images:clone',
      'golden-images:wait',
      'golden-images:delete',
      'golden-images:manifest',
    ]);
    for (const { id, schema, ...action } of added) {
      expect(action.supportsDryRun).toBe(true);
      expect(action.description).toBeTruthy();
      expect(action.examples?.length).toBeGreaterThan(1);
      // References would not be followed by the page of actions.
      expect(JSON.stringify(schema)).not.toContain('$ref');
      const fields = [schema?.input, schema?.output].flatMap(side =>
        fieldsOf(side as Schema),
      );
      expect(fields.length).toBeGreaterThan(10);
      const silent = fields.filter(
        ([path, { description }]) => !description && !path.startsWith('links.'),
      );
      expect([id, silent.map(([path]) => path)]).toEqual([id, []]);
    }
    const [imports] = added.map(({ schema }) =>
      fieldsOf(schema?.input as Schema),
    );
    expect(imports.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        'source.http.secretExtraHeaders',
        'source.s3.secretRef',
        'source.gcs.url',
        'source.registry.pullMethod',
        'source.pvc.name',
        'source.snapshot.namespace',
        'contentType',
      ]),
    );
    await backend.stop();
  });
});
