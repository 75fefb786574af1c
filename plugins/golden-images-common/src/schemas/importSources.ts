import { z } from 'zod/v3';
import { refusalOfImportUrl } from '../importUrl';
import { dnsLabel, dnsSubdomain } from './fields';

/** Where an image comes from, in the words of CDI's DataVolume (1.66). */

const secretRef = (what: string) =>
  dnsSubdomain
    .optional()
    .describe(`Name of a Secret in the image namespace with ${what}`);

const certConfigMap = dnsSubdomain
  .optional()
  .describe(
    'Name of a ConfigMap in the image namespace with the CA of the server',
  );

const fileUrl = z
  .string()
  .max(2048)
  .superRefine((text, context) => {
    const message = refusalOfImportUrl(text);
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message });
    }
  });

const httpSource = z
  .object({
    url: fileUrl.describe('Where the cluster downloads the raw or qcow2 file'),
    checksum: z
      .string()
      .regex(
        /^([mM][dD]5:[0-9a-fA-F]{32}|[sS][hH][aA](1:[0-9a-fA-F]{40}|256:[0-9a-fA-F]{64}|512:[0-9a-fA-F]{128}))$/,
        'must be "algorithm:hex", algorithm one of md5, sha1, sha256, sha512',
      )
      .optional()
      .describe(
        'Expected checksum of the file, for example "sha256:<64 hex digits>"',
      ),
    secretRef: secretRef('basic auth credentials'),
    secretExtraHeaders: z
      .array(dnsSubdomain)
      .min(1)
      .max(10)
      .optional()
      .describe(
        'Names of Secrets in the image namespace whose values are sent as headers',
      ),
    certConfigMap,
  })
  .strict();

const s3Source = z
  .object({
    url: fileUrl.describe(
      'Endpoint, bucket and key: https://<endpoint>/<bucket>/<key>',
    ),
    secretRef: secretRef('accessKeyId and secretKey'),
    certConfigMap,
  })
  .strict();

const gcsSource = z
  .object({
    url: z
      .string()
      .regex(
        /^([gG][sS]|[hH][tT][tT][pP][sS]?):\/\/[^/?#\s]+\/[^?#\s]+$/,
        'must be "gs://<bucket>/<object>" or the HTTPS address of the object',
      )
      .describe('gs://<bucket>/<object>, or the HTTPS address of the object'),
    secretRef: secretRef('the key of a service account'),
  })
  .strict();

const registrySource = z
  .object({
    url: z
      .string()
      .regex(
        /^docker:\/\/([a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?|[a-z0-9-]+:\d+)\/[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})?$/,
        'must be "docker://<registry>/<repository>", with a tag or, better, "@sha256:<digest>" (not both), and name the registry',
      )
      .optional()
      .describe(
        'docker://<registry>/<repository>:<tag>, or better @sha256:<digest>',
      ),
    imageStream: dnsLabel
      .optional()
      .describe('Name of an ImageStream (OpenShift); needs pullMethod "node"'),
    pullMethod: z
      .enum(['pod', 'node'])
      .optional()
      .describe(
        'Who pulls: a Pod of CDI, or the container runtime of the node',
      ),
    architecture: dnsLabel
      .optional()
      .describe('Of an image for several, for example "arm64"'),
    secretRef: secretRef('accessKeyId and secretKey of the registry'),
    certConfigMap,
  })
  .strict()
  .superRefine((registry, context) => {
    if ((registry.url === undefined) === (registry.imageStream === undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['url'],
        message: 'give either url or imageStream',
      });
    }
    if (registry.imageStream !== undefined && registry.pullMethod !== 'node') {
      context.addIssue({
        code: 'custom',
        path: ['pullMethod'],
        message: 'must be "node" where imageStream is given',
      });
    }
  });

const sourceNamespace = dnsLabel
  .optional()
  .describe('Its namespace; the image namespace unless said otherwise');

const pvcSource = z
  .object({
    namespace: sourceNamespace,
    name: dnsSubdomain.describe('Name of a bound claim, which is copied'),
  })
  .strict();

const snapshotSource = z
  .object({
    namespace: sourceNamespace,
    name: dnsSubdomain.describe(
      'Name of a VolumeSnapshot that is ready to use, which is restored',
    ),
  })
  .strict();

export const importSourceSchema = z
  .object({
    http: httpSource.optional().describe('A file on a web server'),
    s3: s3Source.optional().describe('An object in S3 or compatible storage'),
    gcs: gcsSource.optional().describe('An object in Google Cloud Storage'),
    registry: registrySource
      .optional()
      .describe('A container image that holds a disk'),
    pvc: pvcSource.optional().describe('A claim that exists in the cluster'),
    snapshot: snapshotSource
      .optional()
      .describe('A VolumeSnapshot in the cluster'),
  })
  .strict()
  .superRefine((source, context) => {
    if (Object.values(source).filter(Boolean).length !== 1) {
      context.addIssue({
        code: 'custom',
        message:
          'must name exactly one of http, s3, gcs, registry, pvc, snapshot',
      });
    }
  });

/** @public */
export type ImportSource = z.infer<typeof importSourceSchema>;
