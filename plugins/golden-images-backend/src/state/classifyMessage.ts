import type { ReasonCode } from '@golden-images/plugin-golden-images-common';

type Rule = [RegExp, ReasonCode];

const REFUSAL_RULES: Rule[] = [
  [/exceeded quota/i, 'quota'],
  [/storage usage per PersistentVolumeClaim is/, 'limit-range'],
];

/** Texts of CDI 1.66's importer; the first rule that fits counts. */
const IMPORT_RULES: Rule[] = [
  ...REFUSAL_RULES,
  [/checksum (validation failed|mismatch)/i, 'checksum'],
  [
    /too small to contain image|larger than the reported available|no space left on device|bigger than maxblock|disk quota exceeded/i,
    'too-small',
  ],
  // Time-out and too many requests pass, unlike the other answers of 400 to 499.
  [
    /expected status code 200, got (408|429)\b|status ?code: (408|429|5\d\d)\b|toomanyrequests/i,
    'http-server-error',
  ],
  [/expected status code 200, got 4\d\d/, 'http-client-error'],
  [/expected status code 200, got/, 'http-server-error'],
  [
    /status ?code: 4\d\d\b|NoSuchKey|NoSuchBucket|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|storage: (object|bucket) doesn't exist|googleapi: Error 4\d\d/,
    'http-client-error',
  ],
  [/\blookup \S+.*no such host/, 'unknown-host'],
  // The name server gave no answer: the name may well be right.
  [/\blookup \S+/, 'name-lookup'],
  [
    /\bx509: |\btls: |certificate (signed|has|is|problem)|verify certificate|(issuer|peer) certificate/i,
    'certificate',
  ],
  [
    /connection refused|no route to host|network is unreachable|i\/o timeout|handshake timeout|deadline exceeded/i,
    'connection-refused',
  ],
  [
    /could not process image header|Failed to find VM disk image file/,
    'not-an-image',
  ],
  [
    /unexpected EOF|connection reset|broken pipe|stream error|: EOF\b/,
    'connection-broken',
  ],
  [/(secret|configmap) "[^"]*" not found/i, 'secret-missing'],
  [
    /manifest unknown|name unknown|unauthorized|authentication required|access [^:]*denied|no image found in image index|failed to pull.*not found/i,
    'image-pull',
  ],
  [
    /failed to pull image|reading manifest|back-off pulling|Failed to read registry image/i,
    'registry-error',
  ],
  [
    /L1 (size|table)|qemu-img|qcow2|corrupt|invalid image|backing file|target format|untar|(gzip|xz|zlib): invalid|magic number mismatch/i,
    'invalid-image',
  ],
];

const BY_RUNNING_REASON: Record<string, ReasonCode> = {
  ChecksumError: 'checksum',
  ImagePullFailed: 'registry-error',
  OOMKilled: 'out-of-memory',
  CreateContainerConfigError: 'secret-missing',
  ErrExceededQuota: 'quota',
};

/** A URL or a quoted name may hold any word, and says nothing of what went wrong: `x.qcow2` is no damaged image. */
const withoutNames = (message: string) =>
  message
    .replace(/"[^"]*"/g, '""')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"]+/gi, 'URL');

function first(rules: Rule[], message: string): ReasonCode | undefined {
  const text = withoutNames(message);
  return rules.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * Why an import ended in an error.
 *
 * @param message - text of condition `Running` or of an Event
 * @param runningReason - reason of condition `Running`, where the text came from there
 */
export function classifyImportError(
  message: string,
  runningReason = '',
): ReasonCode {
  return (
    first(IMPORT_RULES, message) ??
    BY_RUNNING_REASON[runningReason] ??
    'import-error'
  );
}

/**
 * Why a clone by CDI ended in an error: its Pods stream between claims, so that
 * none of the reasons of an image server fits.
 */
export function classifyCloneError(
  message: string,
  runningReason = '',
): ReasonCode {
  if (runningReason === 'OOMKilled') return 'out-of-memory';
  const rules: Rule[] = [
    ...REFUSAL_RULES,
    [/too small|no space left on device/i, 'too-small'],
  ];
  return first(rules, message) ?? 'clone-error';
}

/** Texts of external-provisioner 5.3 and of Longhorn 1.12's CSI driver in Event `ProvisioningFailed`. */
const PROVISIONING_RULES: Rule[] = [
  ...REFUSAL_RULES,
  [
    /storageclass\.storage\.k8s\.io "[^"]*" not found|storage class .* not found/i,
    'storage-class-missing',
  ],
  [
    /requested size .* is different than|must be greater than or equal in size|is different than size of source volume|is smaller than the source|is less than the size \d+ for the source/i,
    'size-differs',
  ],
  [
    /same volume mode|access mode \S+ is not supported|MULTI_NODE_READER_ONLY|volumeMode/,
    'mode-differs',
  ],
  [
    /currently being deleted|dataSource not bound or invalid|data engine|storageclass cannot be empty/i,
    'source-invalid',
  ],
  [
    /must have a status of Bound|has not finished|not ready for workloads|snapshot \S+ (is not Ready|not bound)|snapshot handle \S+ is not available/i,
    'source-not-ready',
  ],
  [
    /(persistentvolumeclaim|volumesnapshots?[\w.]*) "[^"]*" not found|error getting PVC|source volume \S+ is not found|source pvc \S+ doesn't exist/i,
    'source-missing',
  ],
];

/** Why a claim is not provisioned. */
export function classifyProvisioningError(message: string): ReasonCode {
  return first(PROVISIONING_RULES, message) ?? 'provisioning';
}

/** Why CDI does not begin a clone: condition reason `CloneValidationFailed`. */
export function classifyCloneValidation(message: string): ReasonCode {
  const reason = classifyProvisioningError(message);
  return reason === 'provisioning' ? 'source-invalid' : reason;
}

/** Why the API server refuses a claim. */
export function classifyRefusal(message: string): ReasonCode {
  return first(REFUSAL_RULES, message) ?? 'claim-refused';
}

/** Two writers met; whoever lost tries again at once. In every healthy run (recorded). */
export const isLostRace = (message: string) =>
  /object has been modified|^persistentvolumeclaims "[^"]*" already exists$/.test(
    message,
  );

/** Reasons of a pending claim that somebody else or time resolves. */
const WAITING: ReadonlySet<ReasonCode> = new Set([
  'source-missing',
  'source-not-ready',
]);

export const isWaitingReason = (reason: ReasonCode) => WAITING.has(reason);
