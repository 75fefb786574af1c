/** What of a namespace a write takes while it runs. */
export interface Need {
  namespace: string;
  role: 'target' | 'source';
  /** Each claim that is there at the same time. */
  claims: { sizeBytes: number; storageClass?: string }[];
  /** DataVolumes that are made. */
  dataVolumes: number;
}

interface Size {
  sizeBytes: number;
  storageClass?: string;
}

/**
 * An import: the target, the claim that CDI fills, and scratch space, which has
 * a class of its own. Registry images pulled by a node, and blank disks, need
 * no scratch space (CDI 1.66, "Scratch space required").
 */
export function importNeeds(
  namespace: string,
  claim: Size & { scratch: 'none' | { storageClass?: string } },
): Need[] {
  const { sizeBytes, storageClass, scratch } = claim;
  const one = { sizeBytes, storageClass };
  return [
    {
      namespace,
      role: 'target',
      claims: [
        one,
        one,
        ...(scratch === 'none'
          ? []
          : [
              { sizeBytes, storageClass: scratch.storageClass ?? storageClass },
            ]),
      ],
      dataVolumes: 1,
    },
  ];
}

/** A clone that Longhorn makes from a claim of the same namespace. */
export function plainCloneNeeds(namespace: string, claim: Size): Need[] {
  return [{ namespace, role: 'target', claims: [claim], dataVolumes: 0 }];
}

/** A clone by CDI: beside the target a copy of the source's size in the namespace of the source, while it runs. */
export function dataVolumeCloneNeeds(
  target: { namespace: string } & Size,
  source: { namespace: string } & Size,
): Need[] {
  const { namespace, ...claim } = target;
  const { namespace: sourceNamespace, ...copy } = source;
  const needs: Need[] = [
    { namespace, role: 'target', claims: [claim], dataVolumes: 1 },
    {
      namespace: sourceNamespace,
      role: 'source',
      claims: [copy],
      dataVolumes: 0,
    },
  ];
  if (namespace !== sourceNamespace) return needs;
  return [{ ...needs[0], claims: [claim, copy] }];
}
