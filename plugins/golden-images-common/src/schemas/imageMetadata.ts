import { z } from 'zod/v3';
import { dnsSubdomain, entityRef } from './fields';

/** A page about an image. Others wrote it: shown only where it is of http or https. */
export const imageLinkSchema = z
  .object({
    title: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .describe('What people read; the address where absent'),
    url: z
      .string()
      .max(1000)
      .regex(
        /^https?:\/\/[^\s/?#@]+([/?#]\S*)?$/,
        'must be an address of http or https without user or password',
      )
      .describe('Address of the page'),
  })
  .strict();

/** Why a version should not be used any more. It can be cloned all the same. */
export const deprecationSchema = z
  .object({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .describe('Why it should not be used any more'),
    successor: z
      .string()
      .max(63)
      .regex(
        /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\/[a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/,
        'must be the name of an image, such as "ubuntu", or "name/version"',
      )
      .optional()
      .describe('What to use instead: the name of an image, or "name/version"'),
  })
  .strict();

/** What virtual machines on an image or on a clone of it are made like, unless they say otherwise. */
export const kubevirtDefaultsSchema = z
  .object({
    defaultInstancetype: dnsSubdomain
      .max(63)
      .optional()
      .describe('Name of a KubeVirt instance type, for example "u1.medium"'),
    defaultInstancetypeKind: z
      .enum(['VirtualMachineInstancetype', 'VirtualMachineClusterInstancetype'])
      .optional()
      .describe('Of the cluster unless said otherwise'),
    defaultPreference: dnsSubdomain
      .max(63)
      .optional()
      .describe('Name of a KubeVirt preference, for example "ubuntu"'),
    defaultPreferenceKind: z
      .enum(['VirtualMachinePreference', 'VirtualMachineClusterPreference'])
      .optional()
      .describe('Of the cluster unless said otherwise'),
  })
  .strict()
  .superRefine((defaults, context) => {
    for (const name of ['defaultInstancetype', 'defaultPreference'] as const) {
      if (defaults[`${name}Kind`] && !defaults[name]) {
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'must be given where its kind is',
        });
      }
    }
  });

/** What people say of an image. None of it changes what is in it. */
export const imageMetadataFields = {
  title: z.string().max(100).optional().describe('What people read'),
  description: z
    .string()
    .max(1000)
    .optional()
    .describe('What the image is for'),
  os: z.string().max(63).optional().describe('Operating system'),
  architecture: z
    .string()
    .max(63)
    .optional()
    .describe('Processor architecture, for example "amd64"'),
  owner: entityRef
    .optional()
    .describe(
      'Entity ref of the group or user who answers for the image; it grants no rights',
    ),
  links: z
    .array(imageLinkSchema)
    .max(10)
    .optional()
    .describe('Pages about the image'),
  deprecated: deprecationSchema
    .optional()
    .describe('Says that it should not be used any more, and why'),
};

/** Body of `PATCH /images/:cluster/:namespace/:name`: what is absent stays, `null` takes away. */
export const updateImageRequestSchema = z
  .object({
    title: imageMetadataFields.title.nullable(),
    description: imageMetadataFields.description.nullable(),
    os: imageMetadataFields.os.nullable(),
    architecture: imageMetadataFields.architecture.nullable(),
    owner: imageMetadataFields.owner.nullable(),
    links: imageMetadataFields.links.nullable(),
    deprecated: imageMetadataFields.deprecated.nullable(),
  })
  .strict()
  .refine(
    body => Object.values(body).some(value => value !== undefined),
    'give at least one of title, description, os, architecture, owner, links, deprecated',
  );

/** @public */
export type ImageLink = z.infer<typeof imageLinkSchema>;
/** @public */
export type Deprecation = z.infer<typeof deprecationSchema>;
/** @public */
export type KubevirtDefaults = z.infer<typeof kubevirtDefaultsSchema>;
/** @public */
export type UpdateImageRequest = z.infer<typeof updateImageRequestSchema>;
