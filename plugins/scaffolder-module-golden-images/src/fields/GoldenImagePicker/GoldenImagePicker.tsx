import { useCallback, useMemo } from 'react';
import { useApi } from '@backstage/core-plugin-api';
import { goldenImagesApiRef } from '@golden-images/plugin-golden-images';
import { OptionField, type OptionSource } from '../OptionField';
import { imageOptions } from './imageOptions';
import type { GoldenImagePickerProps } from './schema';

const words: OptionSource['words'] = {
  loading: 'Looking for images …',
  none: 'No image is ready',
  empty:
    'No golden image is ready to be cloned. One that is being imported appears here by itself; whoever owns the image namespace can import one.',
  refused: 'You may not see golden images.',
  failed: 'The images cannot be listed.',
  notAmong: 'is not among the images that are ready. Choose another one.',
};

/** Chooses a golden image that is ready; emits its name. */
export const GoldenImagePicker = (props: GoldenImagePickerProps) => {
  const api = useApi(goldenImagesApiRef);
  const { cluster, namespace } = props.uiSchema['ui:options'] ?? {};
  const load = useCallback(
    async (signal: AbortSignal) => {
      const { items, clusters } = await api.listImages(
        { cluster, namespace, ready: true },
        { signal },
      );
      return { options: imageOptions(items), clusters };
    },
    [api, cluster, namespace],
  );
  const source = useMemo(() => ({ load, words }), [load]);
  return (
    <OptionField field={props} source={source} defaultTitle="Golden image" />
  );
};
