/**
 * What a reason means for the person who reads it and for a wait.
 *
 * @public
 */
export interface ReasonInfo {
  /** A short noun phrase or sentence part, shown after "Failed:", "Waiting for:" and so on. */
  words: string;
  /** What to do about it, one sentence. */
  remedy?: string;
  /** Time alone cannot heal it: a wait throws at once instead of after some attempts. */
  hopeless?: boolean;
  /** Whether the cluster tries again by itself. */
  retries?: boolean;
}

/**
 * Every machine reason code that a state can carry.
 *
 * @public
 */
export const REASONS = {
  // pending and waiting
  requested: {
    words: 'accepted by the cluster, nothing has started yet',
    retries: true,
  },
  'its-turn': {
    words: 'its turn',
    remedy:
      'Nothing: clones are made a few at a time, and this one comes by itself.',
    retries: true,
  },
  'waited-too-long': {
    words: 'its turn did not come in time',
    remedy: 'Ask for it again.',
    hopeless: true,
  },
  'turn-unanswered': {
    words: 'its turn came, and what makes it did not answer',
    remedy:
      'Read the message below; it is tried again by itself, and others pass it meanwhile.',
    retries: true,
  },
  'turn-refused': {
    words: 'it could not be made when its turn came',
    remedy: 'Read the message below; correct it and ask again.',
    hopeless: true,
  },
  'first-consumer': {
    words: 'first use by a Pod',
    remedy:
      'Start the workload that mounts this claim: its storage class provisions only then.',
    retries: true,
  },
  'source-not-ready': {
    words: 'the image',
    remedy:
      'The source is still being imported; the copy starts when it is ready.',
    retries: true,
  },
  'source-missing': {
    words: 'the image, which does not exist',
    remedy: 'Import the image, or correct its name.',
    retries: true,
  },
  'source-in-use': {
    words: 'another Pod to release the image',
    remedy:
      'Stop the Pod that uses the image read-write, or mount it read-only.',
    retries: true,
  },
  upload: {
    words: 'the upload of its bytes',
    remedy: 'Upload the image to the upload proxy of CDI.',
    retries: true,
  },
  'next-checkpoint': {
    words: 'the next stage of an import in stages',
    remedy: 'Add the next checkpoint to the DataVolume, or finish it.',
    retries: true,
  },
  'copy-not-started': { words: 'copy not started yet', retries: true },
  restoring: { words: 'being restored from a backup', retries: true },
  scheduling: {
    words: 'no node takes the Pod that imports or copies',
    remedy: 'Read the events of that Pod: nodes may be full or not fit.',
    retries: true,
  },
  'pod-not-starting': {
    words: 'the Pod that imports or copies does not start',
    remedy:
      'Read the events of that Pod: a ConfigMap that the source names may be missing, or the volume cannot be attached.',
    retries: true,
  },
  'scratch-space': {
    words: 'there is no scratch space for the import',
    remedy:
      'CDI needs a second claim of the same size meanwhile: check the quota and the storage class for scratch space.',
    retries: true,
  },
  // import errors
  'http-client-error': {
    words: 'the image server refused the request',
    remedy:
      'Check the URL and the credentials of the source, then import again.',
    hopeless: true,
    retries: true,
  },
  'http-server-error': {
    words: 'the image server answered with an error',
    remedy:
      'Ask whoever runs the image server; the import goes on when it answers.',
    retries: true,
  },
  'connection-refused': {
    words: 'the image server cannot be reached',
    remedy: 'Check host and port, and that the cluster may reach them.',
    retries: true,
  },
  'connection-broken': {
    words: 'the download broke off',
    remedy:
      'Check the image server and the network to it; the import starts again by itself.',
    retries: true,
  },
  'name-lookup': {
    words: 'the host name of the image server could not be looked up',
    remedy:
      'Ask whether the DNS of the cluster works; the import goes on when the name resolves.',
    retries: true,
  },
  'unknown-host': {
    words: 'the host name does not resolve',
    remedy: 'Correct the host name in the URL.',
    hopeless: true,
    retries: true,
  },
  certificate: {
    words: 'the certificate of the image server is not trusted',
    remedy:
      'Give the CA of the server as a ConfigMap, or correct the certificate.',
    hopeless: true,
    retries: true,
  },
  'too-small': {
    words: 'the disk is too small for the image',
    remedy: 'Import again with a larger size, or with size "auto".',
    hopeless: true,
    retries: true,
  },
  'not-an-image': {
    words: 'what the URL answers is not a disk image',
    remedy:
      'Open the URL: it may be a login or an error page. Correct it and import again.',
    hopeless: true,
    retries: true,
  },
  'invalid-image': {
    words: 'the image file is damaged or not supported',
    remedy: 'Check the file with "qemu-img check" and import it again.',
    hopeless: true,
    retries: true,
  },
  checksum: {
    words: 'the bytes do not have the expected checksum',
    remedy:
      'Correct the checksum or the file, then import again with "replaceFailed".',
    hopeless: true,
  },
  'image-pull': {
    words: 'the image cannot be pulled from the registry',
    remedy: 'Check repository, tag and pull secret.',
    hopeless: true,
    retries: true,
  },
  'registry-error': {
    words: 'the registry does not deliver the image',
    remedy: 'Ask whoever runs the registry; the import starts again by itself.',
    retries: true,
  },
  'secret-missing': {
    words: 'a Secret or ConfigMap that the source names does not exist',
    remedy:
      'Create it in the namespace of the image; the import goes on by itself.',
    retries: true,
  },
  'out-of-memory': {
    words: 'the importer ran out of memory',
    remedy: 'Raise the memory limit of importer Pods in the CDI configuration.',
    retries: true,
  },
  'import-error': {
    words: 'the import ended in an error',
    remedy:
      'Read the message of the cluster below; correct the source and import again.',
    retries: true,
  },
  'clone-error': {
    words: 'the copy ended in an error',
    remedy:
      'Read the message of the cluster below; delete the volume and clone again.',
    retries: true,
  },
  're-imported': {
    words:
      'imported again under the same name: these are not the bytes that were published',
    remedy: 'Import it as a new version and retire this one.',
  },
  're-created': {
    words: 'the claim was deleted and made again: what was in it is gone',
    remedy: 'Delete this volume and clone the image again.',
  },
  // claim and volume errors
  quota: {
    words: 'the quota of the namespace is exceeded',
    remedy: 'Free space in the namespace or ask for a larger quota.',
    retries: true,
  },
  'limit-range': {
    words: 'a limit of the namespace refuses this size',
    remedy: 'Ask for a size within the LimitRange of the namespace.',
    hopeless: true,
    retries: true,
  },
  'claim-refused': {
    words: 'the cluster refuses the claim',
    remedy: 'Read the message below; it names the rule that refuses it.',
    retries: true,
  },
  'name-taken': {
    words: 'another claim has this name already',
    remedy: 'Choose another name, or delete that claim.',
    hopeless: true,
    retries: true,
  },
  'storage-class-missing': {
    words: 'the storage class does not exist',
    remedy:
      'Name a storage class of this cluster, or leave it out for the default.',
    hopeless: true,
    retries: true,
  },
  'size-differs': {
    words: 'a clone must have exactly the size of its source',
    remedy:
      'Ask for the size of the source, or for a larger one through a DataVolume clone.',
    hopeless: true,
    retries: true,
  },
  'mode-differs': {
    words: 'volume mode or access mode does not fit the source',
    remedy:
      'Use the volume mode of the source and an access mode other than ReadOnlyMany.',
    hopeless: true,
    retries: true,
  },
  'source-invalid': {
    words: 'the source cannot be cloned',
    remedy: 'Choose another image or version.',
    hopeless: true,
    retries: true,
  },
  provisioning: {
    words: 'the volume cannot be provisioned',
    remedy: 'Read the message below; the cluster tries again by itself.',
    retries: true,
  },
  'copy-failed': {
    words: 'the copy failed',
    remedy:
      'Longhorn tries again by itself; if it goes on failing, delete the volume and clone again.',
    retries: true,
  },
  'copy-attempts-exhausted': {
    words: 'the copy failed ten times',
    remedy: 'Delete the volume and clone the image again.',
    hopeless: true,
  },
  'source-gone': {
    words: 'the source volume was deleted while it was being copied',
    remedy: 'Delete the volume and clone another version.',
    hopeless: true,
  },
  'volume-faulted': {
    words: 'Longhorn has no healthy replica of this volume',
    remedy: 'Ask a storage administrator to salvage the volume in Longhorn.',
    retries: true,
  },
  unschedulable: {
    words: 'Longhorn finds no room for the replicas of this volume',
    remedy: 'Free disk space on the nodes or lower the number of replicas.',
    retries: true,
  },
  'volume-gone': {
    words: 'the volume behind this claim is gone',
    remedy:
      'Delete it and make it again; restore from a backup if there is one.',
    hopeless: true,
  },
  // knowledge
  'bound-copy-state-unknown': {
    words: 'bound; whether the copy is done cannot be seen here',
    remedy:
      'Give the backend the right to read longhorn.io volumes, or use a class of driver.longhorn.io.',
  },
  'no-status': {
    words: 'CDI has not answered yet',
    remedy:
      'If this lasts, ask whether the CDI controller is running in this cluster.',
    retries: true,
  },
  'needs-a-pod': {
    words: 'needs a Pod to finish growing',
    remedy: 'Start a workload that mounts the claim.',
    retries: true,
  },
  resizing: { words: 'growing', retries: true },
  unknown: {
    words: 'the cluster reports a state that is not known here',
    remedy: 'Read the conditions below.',
  },
} satisfies Record<string, ReasonInfo>;

/** @public */
export type ReasonCode = keyof typeof REASONS;

/** @public */
export function reasonInfo(code: ReasonCode): ReasonInfo {
  return REASONS[code];
}
