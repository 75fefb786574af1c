import type { ReasonCode } from '@golden-images/plugin-golden-images-common';

type Rule = [RegExp, ReasonCode];

const QUOTA_RULES: Rule[] = [
  [/exceeded quota/i, 'quota'],
  [/storage usage per PersistentVolumeClaim is/, 'limit-range'],
];

/** Texts of CDI 1.66's importer; the first rule that fits counts. */
const IMPORT_RULES: Rule[] = [
  ...QUOTA_RULES,
  [/checksum (validation failed|mismatch)/, 'checksum'],
  [
    /too small to contain image|larger than the reported available|no space left on device|bigger than maxblock|disk quota exceeded/i,
    'too-small',
  ],
  [/expected status code 200, got (408|429)\b/, 'http-server-error'],
  [/expected status code 200, got 4\d\d/, 'http-client-error'],
  [/expected status code 200, got/, 'http-server-error'],
  [
    /\blookup \S+.*(no such host|server misbehaving|connection refused|i\/o timeout)/,
    'unknown-host',
  ],
  [/x509|certificate|tls: /i, 'certificate'],
  [
    /connection refused|no route to host|network is unreachable|i\/o timeout|deadline exceeded/i,
    'connection-refused',
  ],
  [/could not process image header/, 'not-an-image'],
  [
    /pull image: unexpected EOF|connection reset|broken pipe|stream error|unexpected EOF|: EOF\b/,
    'connection-broken',
  ],
  [/(secret|configmap) "[^"]*" not found/i, 'secret-missing'],
  [
    /manifest unknown|unauthorized|failed to pull image|reading manifest|no image found in image index/i,
    'image-pull',
  ],
  [
    /L1 (size|table)|qemu-img|qcow2|corrupt|invalid image|backing file|target format/i,
    'invalid-image',
  ],
];

const BY_RUNNING_REASON: Record<string, ReasonCode> = {
  ChecksumError: 'checksum',
  ImagePullFailed: 'image-pull',
  OOMKilled: 'out-of-memory',
  CreateContainerConfigError: 'secret-missing',
  ErrExceededQuota: 'quota',
};

/**
 * Why an import ended in an error.
 *
 * @param message - text of condition `Running` or of an Event
 * @param runningReason - reason of condition `Running`, where the text came from there
 */
export function classifyImportError(
  message: string,
  runningReason?: string,
): ReasonCode {
  const rule = IMPORT_RULES.find(([pattern]) => pattern.test(message));
  return rule?.[1] ?? BY_RUNNING_REASON[runningReason ?? ''] ?? 'import-error';
}

/** Texts of external-provisioner 5.3 and of Longhorn 1.12's CSI driver in Event `ProvisioningFailed`. */
const PROVISIONING_RULES: Rule[] = [
  ...QUOTA_RULES,
  [
    /storageclass\.storage\.k8s\.io "[^"]*" not found|storage class .* not found/i,
    'storage-class-missing',
  ],
  [
    /requested size .* is different than|must be greater than or equal in size|is different than size of source volume/i,
    'size-differs',
  ],
  [
    /same volume mode|access mode \S+ is not supported|MULTI_NODE_READER_ONLY/i,
    'mode-differs',
  ],
  [
    /must have a status of Bound|not (in )?bound|has not finished|not ready for workloads/i,
    'source-not-ready',
  ],
  [
    /persistentvolumeclaim "[^"]*" not found|error getting PVC|source volume \S+ is not found/i,
    'source-missing',
  ],
  [
    /currently being deleted|dataSource not bound or invalid|data engine|storageclass cannot be empty/i,
    'source-invalid',
  ],
];

/** Why a claim is not provisioned. */
export function classifyProvisioningError(message: string): ReasonCode {
  return (
    PROVISIONING_RULES.find(([pattern]) => pattern.test(message))?.[1] ??
    'provisioning'
  );
}

/** Reasons of a pending claim that somebody else or time resolves. */
const WAITING: ReadonlySet<ReasonCode> = new Set([
  'source-missing',
  'source-not-ready',
  'source-in-use',
  'first-consumer',
]);

export const isWaitingReason = (reason: ReasonCode) => WAITING.has(reason);
