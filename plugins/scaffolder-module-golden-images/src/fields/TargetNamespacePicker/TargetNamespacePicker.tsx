import { useCallback, useMemo } from 'react';
import { useApi } from '@backstage/core-plugin-api';
import { goldenImagesApiRef } from '@golden-images/plugin-golden-images';
import { OptionField, type OptionSource } from '../OptionField';
import { namespaceOptions } from './namespaceOptions';
import type { TargetNamespacePickerProps } from './schema';

const words: OptionSource['words'] = {
  loading: 'Looking for namespaces of yours …',
  none: 'No namespace of yours',
  empty:
    'No namespace belongs to you or to a group of yours. Whoever runs the cluster can say who owns a namespace, by the annotation golden-images.backstage.io/owner on it.',
  refused: 'You may not make volumes.',
  failed: 'Your namespaces cannot be listed.',
  notAmong: 'is not among the namespaces of yours. Choose another one.',
};

/** Chooses a namespace into which the caller may clone; emits its name. */
export const TargetNamespacePicker = (props: TargetNamespacePickerProps) => {
  const api = useApi(goldenImagesApiRef);
  const { cluster } = props.uiSchema['ui:options'] ?? {};
  const load = useCallback(
    async (signal: AbortSignal) => {
      const { items, clusters } = await api.listNamespaces(
        { cluster, for: 'clone' },
        { signal },
      );
      return { options: namespaceOptions(items), clusters };
    },
    [api, cluster],
  );
  const source = useMemo(
    () => ({ load, words, chooseTheOnlyOne: true }),
    [load],
  );
  return <OptionField field={props} source={source} defaultTitle="Namespace" />;
};
