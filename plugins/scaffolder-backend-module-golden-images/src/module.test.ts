import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  scaffolderActionsExtensionPoint,
  type TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import { scaffolderModuleGoldenImages } from './module';

describe('scaffolderModuleGoldenImages', () => {
  it('adds the actions', async () => {
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
    ]);
    for (const action of added) {
      expect(action.supportsDryRun).toBe(true);
      expect(action.description).toBeTruthy();
      const input = action.schema?.input as {
        properties: Record<string, { description?: string }>;
      };
      for (const [name, property] of Object.entries(input.properties)) {
        expect([name, property.description]).toEqual([
          name,
          expect.any(String),
        ]);
      }
    }
    await backend.stop();
  });
});
