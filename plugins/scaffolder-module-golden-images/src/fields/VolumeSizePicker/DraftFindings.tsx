import { useCallback, useMemo } from 'react';
import { useApi } from '@backstage/core-plugin-api';
import { goldenImagesApiRef } from '@golden-images/plugin-golden-images';
import type { CloneRequest } from '@golden-images/plugin-golden-images-common';
import { useLoaded } from '../OptionField';
import { Findings } from './Findings';

/** Asks the backend's pre-flight about a clone, which is given as JSON. */
export const DraftFindings = (props: { draft: string }) => {
  const api = useApi(goldenImagesApiRef);
  const draft = useMemo<CloneRequest>(
    () => JSON.parse(props.draft),
    [props.draft],
  );
  const load = useCallback(
    (signal: AbortSignal) => api.preflight({ clone: draft }, { signal }),
    [api, draft],
  );
  const { value, error, reload } = useLoaded(load);
  return (
    <Findings draft={draft} answer={value} error={error} onRetry={reload} />
  );
};
