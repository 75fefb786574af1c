import { ScaffolderFieldExtensions } from '@backstage/plugin-scaffolder-react';
import { useCustomFieldExtensions } from '@backstage/plugin-scaffolder-react';
import { renderInTestApp } from '@backstage/test-utils';
import {
  GoldenImagePickerFieldExtension,
  TargetNamespacePickerFieldExtension,
  VolumeSizePickerFieldExtension,
} from './legacy';

describe('the fields in the legacy frontend system', () => {
  it('are found by the scaffolder', async () => {
    const names: string[] = [];
    const outlet = (
      <ScaffolderFieldExtensions>
        <GoldenImagePickerFieldExtension />
        <TargetNamespacePickerFieldExtension />
        <VolumeSizePickerFieldExtension />
      </ScaffolderFieldExtensions>
    );
    const Scaffolder = () => {
      const fields = useCustomFieldExtensions(outlet);
      names.push(...fields.map(field => field.name));
      return null;
    };
    await renderInTestApp(<Scaffolder />);
    expect(names).toEqual(
      expect.arrayContaining([
        'GoldenImagePicker',
        'TargetNamespacePicker',
        'VolumeSizePicker',
      ]),
    );
  });
});
