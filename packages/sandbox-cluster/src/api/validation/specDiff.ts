import { isObject, type Json } from '../types';

const CONTEXT_LINES = 3;

interface Line {
  sign: ' ' | '-' | '+';
  text: string;
}

/** Unified diff of two claim specs, as kube-apiserver shows what was changed (Kubernetes 1.36). */
export function specDiff(before: Json, after: Json): string {
  const lines = compareLines(printSpec(before), printSpec(after));
  return hunks(lines).join('');
}

/** The internal Go struct as JSON: every field, in its order, one space per level. */
function printSpec(spec: Json): string[] {
  const resources = isObject(spec.resources) ? spec.resources : {};
  const reference = (value: unknown, withNamespace: boolean) =>
    isObject(value)
      ? {
          APIGroup: value.apiGroup ?? null,
          Kind: value.kind,
          Name: value.name,
          ...(withNamespace ? { Namespace: value.namespace ?? null } : {}),
        }
      : null;
  return JSON.stringify(
    {
      AccessModes: spec.accessModes ?? null,
      Selector: spec.selector ?? null,
      Resources: {
        Limits: resources.limits ?? null,
        Requests: resources.requests ?? null,
      },
      VolumeName: spec.volumeName ?? '',
      StorageClassName: spec.storageClassName ?? null,
      VolumeMode: spec.volumeMode ?? null,
      DataSource: reference(spec.dataSource, false),
      DataSourceRef: reference(spec.dataSourceRef, true),
      VolumeAttributesClassName: spec.volumeAttributesClassName ?? null,
    },
    undefined,
    1,
  ).split('\n');
}

/** Longest common subsequence; specs have a few dozen lines. */
function compareLines(before: string[], after: string[]): Line[] {
  const lengths = before.map(() => new Array<number>(after.length + 1).fill(0));
  lengths.push(new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i][j] =
        before[i] === after[j]
          ? lengths[i + 1][j + 1] + 1
          : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ sign: ' ', text: before[i] });
      i += 1;
      j += 1;
    } else if (
      i < before.length &&
      (j === after.length || lengths[i + 1][j] >= lengths[i][j + 1])
    ) {
      lines.push({ sign: '-', text: before[i] });
      i += 1;
    } else {
      lines.push({ sign: '+', text: after[j] });
      j += 1;
    }
  }
  return lines;
}

function hunks(lines: Line[]): string[] {
  const changed = lines.flatMap(({ sign }, index) =>
    sign === ' ' ? [] : [index],
  );
  const ranges: [number, number][] = [];
  for (const index of changed) {
    const from = Math.max(0, index - CONTEXT_LINES);
    const to = Math.min(lines.length, index + CONTEXT_LINES + 1);
    const last = ranges[ranges.length - 1];
    if (last && from <= last[1]) last[1] = to;
    else ranges.push([from, to]);
  }
  return ranges.map(([from, to]) => {
    const part = lines.slice(from, to);
    const start = (sign: '-' | '+') =>
      lines
        .slice(0, from)
        .filter(line => line.sign === ' ' || line.sign === sign).length + 1;
    const count = (sign: '-' | '+') =>
      part.filter(line => line.sign === ' ' || line.sign === sign).length;
    const text = part.map(line => `${line.sign}${line.text}\n`).join('');
    return `@@ -${start('-')},${count('-')} +${start('+')},${count(
      '+',
    )} @@\n${text}`;
  });
}
