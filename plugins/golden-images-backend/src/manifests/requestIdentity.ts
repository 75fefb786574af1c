import { createHash } from 'node:crypto';
import {
  Quantity,
  type CloneRequest,
  type ImportRequest,
} from '@golden-images/plugin-golden-images-common';
import { canonicalJson, type Canonical } from './canonicalJson';
import { redactUrl } from '../state';
import { sourceIdentity } from './sources/sourceIdentity';
import type { RequestIdentity } from './types';

/**
 * The identity of an import as it was asked: target, source, size, class and
 * mode. Neither who asked nor the task belongs to it, so that a step that runs
 * twice, or two people who ask the same, get the same object.
 */
export function importIdentity(
  request: ImportRequest,
  target: { namespace: string },
): RequestIdentity {
  return identity(url => ({
    kind: 'image',
    namespace: target.namespace,
    name: request.name,
    version: request.version,
    source: sourceIdentity(request.source, url, target.namespace),
    contentType: request.contentType,
    size: canonicalSize(request.size),
    storageClass: request.storageClass,
    volumeMode: request.volumeMode,
  }));
}

/**
 * The identity of a clone as it was asked: a request for "the current version"
 * stays the same request after the alias has moved.
 *
 * @param target - `imageNamespace` and `entityRef` with defaults applied and normalised
 */
export function cloneIdentity(
  request: CloneRequest,
  target: { imageNamespace: string; entityRef?: string },
): RequestIdentity {
  return identity(() => ({
    kind: 'volume',
    namespace: request.namespace,
    name: request.name,
    image: {
      namespace: target.imageNamespace,
      name: request.image.name,
      version: request.image.version,
    },
    entityRef: target.entityRef,
    size: request.size && canonicalSize(request.size),
    storageClass: request.storageClass,
    accessModes: request.accessModes,
    bindImmediately: request.bindImmediately || undefined,
  }));
}

/** `1024Gi` and `1Ti` are the same size, and so the same request. `auto` is another one, whatever it stands for. */
function canonicalSize(size: string): string {
  if (size === 'auto') return size;
  return Quantity.parse(size).toString();
}

function identity(
  fields: (url: (text: string) => string) => Canonical,
): RequestIdentity {
  return {
    hash: createHash('sha256')
      .update(canonicalJson(fields(text => text)))
      .digest('hex'),
    request: canonicalJson(fields(redactUrl)),
  };
}
