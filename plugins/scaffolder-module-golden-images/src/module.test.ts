import { createExtensionTester } from '@backstage/frontend-test-utils';
import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';
import {
  goldenImagePickerField,
  scaffolderModuleGoldenImages,
  targetNamespacePickerField,
} from './module';

describe('the module in the new frontend system', () => {
  it.each([
    [goldenImagePickerField, 'GoldenImagePicker'],
    [targetNamespacePickerField, 'TargetNamespacePicker'],
  ])('brings a form field', async (extension, name) => {
    const load = createExtensionTester(extension).get(
      FormFieldBlueprint.dataRefs.formFieldLoader,
    );
    expect(await load()).toMatchObject({
      $$type: '@backstage/scaffolder/FormField',
      name,
    });
  });

  it('is of the scaffolder', () => {
    expect(scaffolderModuleGoldenImages.pluginId).toBe('scaffolder');
  });
});
