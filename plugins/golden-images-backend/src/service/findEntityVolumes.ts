import { InputError } from '@backstage/errors';
import type { Volume } from '@golden-images/plugin-golden-images-common';
import type { EntityFacts } from '../auth';
import type { GoldenImagesReader, Tracked } from '../database';
import type { ClusterDirectory } from './ClusterDirectory';
import { parseLabelSelector } from './labelSelector';

/** What is attached to an entity, by whose word. */
export interface EntityRows {
  /** The claim's annotation names the entity, or it has its `kubernetes-id`. */
  attached: Tracked<Volume>[];
  /** Only the entity says so, by its label selector: that gives nobody a right to see them. */
  selected: Tracked<Volume>[];
}

/**
 * Looks up the volumes of an entity. Labels count where the annotations
 * `backstage.io/kubernetes-namespace` and `-cluster` of the entity say.
 *
 * @throws InputError when its label selector cannot be read
 */
export async function findEntityVolumes(
  entity: EntityFacts,
  options: { reader: GoldenImagesReader; clusters: ClusterDirectory },
): Promise<EntityRows> {
  const { reader } = options;
  const { ref, kubernetesId, kubernetesNamespace: namespace } = entity;
  const clusters = clustersOf(entity, options.clusters);
  const [found, matching] = await Promise.all([
    reader.listVolumes({ entityRef: ref, kubernetesId }),
    entity.labelSelector === undefined
      ? []
      : reader.selectVolumes({
          requirements: requirementsOf(entity),
          clusters,
          namespace,
        }),
  ]);
  // The annotation says more than the label, which may be shared.
  const attached = [
    ...found.filter(
      ({ object }) => object.entityRef?.toLocaleLowerCase('en-US') === ref,
    ),
    ...found.filter(
      ({ object }) =>
        object.entityRef === undefined &&
        clusters.includes(object.cluster) &&
        (namespace === undefined || object.namespace === namespace),
    ),
  ];
  const known = new Set(attached.map(keyOf));
  return {
    attached,
    selected: matching.filter(
      row => row.object.entityRef === undefined && !known.has(keyOf(row)),
    ),
  };
}

function clustersOf(entity: EntityFacts, directory: ClusterDirectory) {
  const { kubernetesCluster: wanted } = entity;
  return directory.all
    .filter(
      ({ name, kubernetesPluginName }) =>
        wanted === undefined ||
        wanted === name ||
        wanted === kubernetesPluginName,
    )
    .map(({ name }) => name);
}

function requirementsOf({ ref, labelSelector = '' }: EntityFacts) {
  try {
    return parseLabelSelector(labelSelector);
  } catch (error) {
    throw new InputError(
      `Annotation backstage.io/kubernetes-label-selector of ${ref}: ${
        (error as Error).message
      }; correct it where the entity is described`,
    );
  }
}

function keyOf({ object }: Tracked<Volume>): string {
  return `${object.cluster}/${object.namespace}/${object.name}`;
}
