import {
  createConditionExports,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import { RESOURCE_TYPE_GOLDEN_VOLUME } from '@golden-images/plugin-golden-images-common';
import { z } from 'zod/v4';

/** What rules decide about. */
export interface GoldenVolume {
  /** Owner of the namespace, an entity ref in lower case; absent when nobody is. */
  owner?: string;
}

/** The same decision, for a query. */
export interface GoldenVolumeFilter {
  /** Entity refs in lower case. */
  owners: string[];
}

export const goldenVolumeResourceRef = createPermissionResourceRef<
  GoldenVolume,
  GoldenVolumeFilter
>().with({
  pluginId: 'golden-images',
  resourceType: RESOURCE_TYPE_GOLDEN_VOLUME,
});

const inLowerCase = (refs: string[]) =>
  refs.map(ref => ref.toLocaleLowerCase('en-US'));

const isNamespaceOwner = createPermissionRule({
  name: 'IS_NAMESPACE_OWNER',
  description: 'Allow volumes in namespaces that one of the claims owns',
  resourceRef: goldenVolumeResourceRef,
  paramsSchema: z.object({
    claims: z
      .array(z.string())
      .describe('Entity refs, such as those that a user owns by'),
  }),
  apply: ({ owner }, { claims }) =>
    owner !== undefined && inLowerCase(claims).includes(owner),
  toQuery: ({ claims }) => ({ owners: inLowerCase(claims) }),
});

/** By the names of the condition factories. */
export const goldenVolumeRules = { isNamespaceOwner };

const conditionExports = createConditionExports({
  resourceRef: goldenVolumeResourceRef,
  rules: goldenVolumeRules,
});

/**
 * Conditions for a permission policy: `goldenVolumeConditions.isNamespaceOwner({ claims })`.
 *
 * @public
 */
export const goldenVolumeConditions = conditionExports.conditions;

/**
 * The answer of a permission policy to `goldenImagesVolumeReadPermission` that
 * depends on the volume.
 *
 * @public
 */
export const createGoldenVolumeConditionalDecision =
  conditionExports.createConditionalDecision;
