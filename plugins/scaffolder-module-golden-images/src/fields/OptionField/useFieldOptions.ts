import { useCallback, useEffect, useRef } from 'react';
import { messageOf, refusalOf } from '@golden-images/plugin-golden-images';
import type { ClusterStatus } from '@golden-images/plugin-golden-images-common';
import type { FieldOption } from './FieldOption';
import { useLoaded } from './useLoaded';

/** Where the options of a field come from, and what is said when there are none. */
export interface OptionSource {
  /** Must be stable (`useCallback`). */
  load: (signal: AbortSignal) => Promise<{
    options: FieldOption[];
    clusters: ClusterStatus[];
  }>;
  /** Chosen by itself where it is the only one and the field is required. */
  chooseTheOnlyOne?: boolean;
  words: {
    loading: string;
    /** Short, in the list. */
    none: string;
    /** One sentence and what to do about it, below the field. */
    empty: string;
    /** Before the backend's own words. */
    refused: string;
    failed: string;
    /** After the value in quotes. */
    notAmong: string;
  };
}

/** Nothing to choose from yet: how often is looked again. */
const EMPTY_POLL_MS = 5_000;
/** On opening, what is older than this is loaded again. */
const FRESH_MS = 3_000;

/** Words below the field. */
export interface Notice {
  text?: string;
  error?: boolean;
  onRetry?: () => void;
}

interface FieldState {
  formData?: string;
  required?: boolean;
  onChange: (value: string | undefined) => void;
}

export function useFieldOptions(source: OptionSource, field: FieldState) {
  const { value, error, loading, reload } = useLoaded(source.load);
  const { formData, required, onChange } = field;

  const loadedAtMs = useRef(0);
  useEffect(() => {
    if (!loading) loadedAtMs.current = Date.now();
  }, [loading]);
  const refresh = useCallback(() => {
    if (Date.now() - loadedAtMs.current > FRESH_MS) reload();
  }, [reload]);

  const empty = !loading && !error && value?.options.length === 0;
  useEffect(() => {
    if (!empty) return undefined;
    const timer = setTimeout(reload, EMPTY_POLL_MS);
    return () => clearTimeout(timer);
  }, [empty, reload]);

  const only =
    source.chooseTheOnlyOne && required && value?.options.length === 1
      ? value.options[0].value
      : undefined;
  useEffect(() => {
    if (only !== undefined && formData === undefined) onChange(only);
  }, [only, formData, onChange]);

  return {
    options: value?.options ?? [],
    loading: loading && !value,
    refresh,
    notice: noticeOf(),
  };

  function noticeOf(): Notice {
    const { words } = source;
    if (error) {
      const refusal = refusalOf(error);
      return {
        text: refusal
          ? `${words.refused} ${refusal}`
          : `${words.failed} ${messageOf(error)}`,
        error: true,
        onRetry: reload,
      };
    }
    if (!value) return { text: words.loading };
    const silent = silentClusters(value.clusters);
    if (value.options.length === 0) {
      return { text: [words.empty, silent].filter(Boolean).join(' ') };
    }
    const strange =
      formData !== undefined &&
      formData !== '' &&
      !value.options.some(option => option.value === formData);
    if (strange) {
      return {
        text: [`"${formData}" ${words.notAmong}`, silent]
          .filter(Boolean)
          .join(' '),
        error: true,
      };
    }
    return { text: silent };
  }
}

/** Says which clusters may hold more than is shown. */
function silentClusters(clusters: ClusterStatus[]): string | undefined {
  const names = clusters
    .filter(cluster => cluster.connection !== 'connected')
    .map(cluster => cluster.title ?? cluster.name);
  if (names.length === 0) return undefined;
  return names.length === 1
    ? `Cluster ${names[0]} cannot be reached; what it has may be missing or old.`
    : `Clusters ${names.join(
        ', ',
      )} cannot be reached; what they have may be missing or old.`;
}
