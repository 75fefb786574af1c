import type { KubeObject } from './types';

interface Webhook {
  /** Before `.cdi.kubevirt.io`; also the path at which CDI's API server has it. */
  name: string;
  operations: string[];
  resources: string[];
  group?: string;
  objectSelector?: object;
  failurePolicy?: 'Fail' | 'Ignore';
  timeoutSeconds?: number;
}

const configuration = (
  kind: 'Mutating' | 'Validating',
  name: string,
  webhook: Webhook,
): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${kind}WebhookConfiguration`,
  metadata: { name, labels: { 'cdi.kubevirt.io': 'cdi-api' } },
  webhooks: [
    {
      name: `${webhook.name}.cdi.kubevirt.io`,
      clientConfig: {
        service: {
          namespace: 'cdi',
          name: 'cdi-api',
          path: `/${webhook.name}`,
          port: 443,
        },
      },
      rules: [
        {
          operations: webhook.operations,
          apiGroups: [webhook.group ?? 'cdi.kubevirt.io'],
          apiVersions: [webhook.group === '' ? 'v1' : 'v1beta1'],
          resources: webhook.resources,
          scope: '*',
        },
      ],
      failurePolicy: webhook.failurePolicy ?? 'Fail',
      matchPolicy: 'Exact',
      namespaceSelector: {},
      objectSelector: webhook.objectSelector ?? {},
      sideEffects: 'None',
      timeoutSeconds: webhook.timeoutSeconds ?? 30,
      admissionReviewVersions:
        webhook.group === '' ? ['v1'] : ['v1', 'v1beta1'],
      ...(kind === 'Mutating' && { reinvocationPolicy: 'Never' }),
    },
  ],
});

const WRITES = ['CREATE', 'UPDATE'];

/**
 * The webhooks that CDI v1.66 registers, for clients that look whether they are
 * there. What they do is done by `admission/` in this server itself, so an
 * object of these says what holds and changes nothing.
 */
export const WEBHOOK_CONFIGURATIONS: KubeObject[] = [
  configuration('Mutating', 'cdi-api-datavolume-mutate', {
    name: 'datavolume-mutate',
    operations: WRITES,
    resources: ['datavolumes'],
  }),
  configuration('Mutating', 'cdi-api-pvc-mutate', {
    name: 'pvc-mutate',
    operations: ['CREATE'],
    group: '',
    resources: ['persistentvolumeclaims'],
    objectSelector: {
      matchLabels: { 'cdi.kubevirt.io/applyStorageProfile': 'true' },
    },
    timeoutSeconds: 10,
  }),
  configuration('Validating', 'cdi-api-dataimportcron-validate', {
    name: 'dataimportcron-validate',
    operations: WRITES,
    resources: ['dataimportcrons'],
  }),
  configuration('Validating', 'cdi-api-datavolume-validate', {
    name: 'datavolume-validate',
    operations: WRITES,
    resources: ['datavolumes'],
  }),
  configuration('Validating', 'cdi-api-populator-validate', {
    name: 'populator-validate',
    operations: WRITES,
    resources: ['volumeimportsources', 'volumeuploadsources'],
  }),
  configuration('Validating', 'cdi-api-validate', {
    name: 'cdi-validate',
    operations: ['DELETE'],
    resources: ['cdis'],
    failurePolicy: 'Ignore',
  }),
  configuration('Validating', 'objecttransfer-api-validate', {
    name: 'objecttransfer-validate',
    operations: WRITES,
    resources: ['objecttransfers'],
  }),
];
