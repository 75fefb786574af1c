import { createExtensionTester } from '@backstage/frontend-test-utils';
import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';
import {
  goldenImagePickerField,
  scaffolderModuleGoldenImages,
  targetNamespacePickerField,
  volumeSizePickerField,
} from './module';

describe('the module in the new frontend system', () => {
  it('brings the field for images', async () => {
    const load = createExtensionTester(goldenImagePickerField).get(
      FormFieldBlueprint.dataRefs.formFieldLoader,
    );
    expect(await load()).toMatchObject({
      $$type: '@backstage/scaffolder/FormField',
      name: 'GoldenImagePicker',
    });
  });

  it('brings the field for namespaces', async () => {
    const load = createExtensionTester(targetNamespacePickerField).get(
      FormFieldBlueprint.dataRefs.formFieldLoader,
    );
    expect(await load()).toMatchObject({
      $$type: '@backstage/scaffolder/FormField',
      name: 'TargetNamespacePicker',
    });
  });

  it('brings the field for sizes', async () => {
    const load = createExtensionTester(volumeSizePickerField).get(
      FormFieldBlueprint.dataRefs.formFieldLoader,
    );
    expect(await load()).toMatchObject({
      $$type: '@backstage/scaffolder/FormField',
      name: 'VolumeSizePicker',
    });
  });

  it('is of the scaffolder', () => {
    expect(scaffolderModuleGoldenImages.pluginId).toBe('scaffolder');
  });
});
