import { createHmac, randomBytes } from 'node:crypto';
import type { Definitions } from '../definitions';
import type { Authorizer } from '../rbac/Authorizer';
import { deniedByWebhook } from '../statusErrors';
import type { Store } from '../store';
import { child, isObject, type KubeObject } from '../types';
import {
  sameSpec,
  validateDataVolume,
  type Refusal,
} from '../validation/dataVolumes';
import type { AdmissionPlugin, AdmissionRequest } from './AdmissionRequest';
import { findDecodeError } from './goShape';
import { mayCopyFrom, type CopySource } from './copySource';

const MUTATE = 'datavolume-mutate.cdi.kubevirt.io';
const VALIDATE = 'datavolume-validate.cdi.kubevirt.io';
const CLONE_TOKEN = 'cdi.kubevirt.io/storage.clone.token';
const TOKEN_LIFETIME_SECONDS = 300;

/** CDI's webhooks for DataVolumes, v1.66: datavolume-mutate and datavolume-validate. */
export function dataVolumeAdmission(
  store: Store,
  definitions: Definitions,
  authorizer: Authorizer,
): AdmissionPlugin {
  const dataVolumes = definitions.get('datavolumes.cdi.kubevirt.io');
  const dataSources = definitions.get('datasources.cdi.kubevirt.io');
  const claims = definitions.get('persistentvolumeclaims');
  const namespaces = definitions.get('namespaces');
  const signingKey = randomBytes(32);

  const concerns = ({ type, operation, subresource }: AdmissionRequest) =>
    type === dataVolumes && operation !== 'DELETE' && !subresource;

  /** Where the bytes come from, by name: the source itself, or what the DataSource names. */
  const cloneSource = ({ object, namespace }: AdmissionRequest) => {
    const source = child(object, 'spec', 'source');
    const sourceRef = child(object, 'spec', 'sourceRef');
    if (isObject(source)) return sourceOf(source);
    if (!isObject(sourceRef)) return undefined;
    if (sourceRef.kind !== 'DataSource') return undefined;
    if (!sourceRef.name) {
      throw deniedByWebhook(MUTATE, 400, 'resource name may not be empty');
    }
    const from = sourceRef.namespace || namespace;
    const found = store
      .collection(dataSources)
      .get(`${from}/${sourceRef.name}`);
    if (!found) {
      throw deniedByWebhook(
        MUTATE,
        400,
        `datasources.cdi.kubevirt.io "${sourceRef.name}" not found`,
      );
    }
    return sourceOf(child(found.object, 'spec', 'source'));
  };

  const token = (source: CopySource, { object }: AdmissionRequest) => {
    const issuedAt = Math.floor(Date.now() / 1000);
    const claim = {
      operation: 'Clone',
      name: source.name,
      namespace: source.namespace,
      params: {
        targetNamespace: object.metadata.namespace,
        targetName: object.metadata.name,
      },
      iat: issuedAt,
      exp: issuedAt + TOKEN_LIFETIME_SECONDS,
    };
    return signed(claim, signingKey);
  };

  return {
    mutate(request) {
      if (!concerns(request)) return;
      const { object, operation } = request;
      const problem = findDecodeError(object, dataVolumes.custom?.schema ?? {});
      if (problem) throw deniedByWebhook(MUTATE, 400, problem);
      if (operation !== 'CREATE') return;
      const source = cloneSource(request);
      if (!source) return;
      if (
        source.namespace &&
        !store.collection(namespaces).get(source.namespace)
      ) {
        throw sourceNamespaceRefused(
          `Clone source namespace ${source.namespace} doesn't exist`,
        );
      }
      const target = object.metadata.namespace ?? '';
      if (!mayCopyFrom(authorizer, request.user, source, target)) {
        throw sourceNamespaceRefused(
          `User ${request.user.name} has insufficient permissions in clone source namespace ${source.namespace}`,
        );
      }
      object.metadata.annotations = {
        ...object.metadata.annotations,
        [CLONE_TOKEN]: token(source, request),
      };
    },
    validate(request) {
      if (!concerns(request)) return;
      const { object, operation, previous } = request;
      if (operation === 'UPDATE' && previous && !sameSpec(object, previous)) {
        throw refused({
          message: 'Cannot update DataVolume Spec',
          field: 'DataVolume.Spec',
          reason: 'FieldValueDuplicate',
        });
      }
      if (operation === 'CREATE') {
        const { namespace, name } = object.metadata;
        const claim = store.collection(claims).get(`${namespace}/${name}`);
        if (claim && !mayTakeOver(object, claim.object)) {
          throw refused({
            message: `Destination PVC ${namespace}/${name} already exists`,
            field: 'DataVolume.Name',
            reason: 'FieldValueDuplicate',
          });
        }
      }
      const refusal = validateDataVolume(object);
      if (refusal) throw refused(refusal);
    },
  };
}

function sourceOf(source: unknown): CopySource | undefined {
  const kind = child(source, 'pvc') ? 'pvc' : 'snapshot';
  const named = child(source, kind);
  if (!isObject(named) || !named.name) return undefined;
  return {
    kind,
    name: String(named.name),
    ...(named.namespace ? { namespace: String(named.namespace) } : {}),
  };
}

function sourceNamespaceRefused(message: string) {
  return deniedByWebhook(MUTATE, 422, ` ${message}`, [
    {
      reason: 'FieldValueInvalid',
      message,
      field: 'spec.source.PVC.namespace',
    },
  ]);
}

/** A claim that belongs to a DataVolume, or that shall be adopted, is no obstacle. */
function mayTakeOver(dataVolume: KubeObject, claim: KubeObject): boolean {
  const { annotations = {}, name } = dataVolume.metadata;
  return (
    claim.metadata.ownerReferences?.some(
      owner => owner.kind === 'DataVolume' && owner.controller,
    ) === true ||
    annotations['cdi.kubevirt.io/allowClaimAdoption'] === 'true' ||
    annotations['cdi.kubevirt.io/storage.prePopulated'] === name ||
    claim.metadata.annotations?.['cdi.kubevirt.io/storage.populatedFor'] ===
      name
  );
}

function refused({ message, field, reason }: Refusal) {
  // CDI's text begins with a blank, after the one of kube-apiserver.
  return deniedByWebhook(VALIDATE, 422, ` ${message}`, [
    { reason, message, ...(field ? { field } : {}) },
  ]);
}

/** A JSON web token, as CDI signs one; with a key that lives as long as this server. */
function signed(claim: object, key: Buffer): string {
  const encode = (part: object) =>
    Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claim)}`;
  return `${text}.${createHmac('sha256', key)
    .update(text)
    .digest('base64url')}`;
}
