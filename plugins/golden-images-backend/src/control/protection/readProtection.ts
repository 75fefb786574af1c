import {
  LABELS,
  type ClusterProtection,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterConfig } from '../../config/types';
import {
  KubernetesApiError,
  RESOURCES,
  type ClusterClient,
  type ClusterWatcher,
  type KubernetesObject,
  type ObjectRef,
} from '../../kubernetes';
import { firstDifference } from './firstDifference';
import {
  ACCOUNTS,
  CHANGE_POLICY,
  NAMESPACE_POLICY,
  withAccounts,
  type ShippedPolicy,
} from './shippedPolicies';

type Client = ClusterClient & Pick<ClusterWatcher, 'mayI'>;
type PolicyProtection = ClusterProtection['policies'][number];
/** Of the ConfigMap; `unreadable` when our account may not get it. */
type Accounts = Record<string, string> | 'unreadable' | undefined;

/**
 * Reads which policies are there as they are shipped, and what stands in the way
 * of their working: a wrong name of CDI's account makes imports hang without a
 * claim and without an event (recorded with Kubernetes 1.36).
 *
 * @throws KubernetesApiError when the cluster does not answer
 */
export async function readProtection(
  client: Client,
  cluster: ClusterConfig,
  shipped: ShippedPolicy[],
): Promise<Omit<ClusterProtection, 'checkedAt'>> {
  const accounts = await readAccounts(client);
  const policies: PolicyProtection[] = [];
  for (const each of shipped) {
    const { level, reason } = await readPolicy(client, each, accounts);
    const needed = !each.forRetain || cluster.retain;
    if (!needed && level === 'advisory') continue;
    policies.push({ name: each.name, protects: each.protects, level, reason });
  }
  const inForce = (name: string) =>
    policies.some(each => each.name === name && each.level === 'configured');
  const some = policies.some(({ level }) => level === 'configured');
  return {
    policies,
    problems: [
      ...(some ? await problemsOfAccounts(client, accounts) : []),
      ...(inForce(CHANGE_POLICY)
        ? await problemsOfRights(client, cluster)
        : []),
      ...(inForce(NAMESPACE_POLICY)
        ? await problemsOfNamespaces(client, cluster)
        : []),
    ],
  };
}

async function readAccounts(client: ClusterClient): Promise<Accounts> {
  const found = await read(client, { type: RESOURCES.configMaps, ...ACCOUNTS });
  if (found === 'unreadable' || found === undefined) return found;
  return (found.data ?? {}) as Record<string, string>;
}

async function readPolicy(
  client: ClusterClient,
  shipped: ShippedPolicy,
  accounts: Accounts,
): Promise<Pick<PolicyProtection, 'level' | 'reason'>> {
  const { name, writtenAccounts: key } = shipped;
  const policy = await read(client, { type: RESOURCES.policies, name });
  const binding = await read(client, { type: RESOURCES.policyBindings, name });
  if (policy === 'unreadable' || binding === 'unreadable') {
    return advisory('the account of the backend may not read policies');
  }
  if (!policy) return advisory('the policy is not there');
  if (!binding) return advisory('the binding of the policy is not there');
  if (key && accounts === 'unreadable') {
    return advisory(
      'which accounts it leaves out cannot be judged: the ConfigMap with their names may not be read',
    );
  }
  const written = key && typeof accounts === 'object' && accounts[key];
  const wanted = written
    ? withAccounts(shipped.policy, written)
    : shipped.policy;
  const difference =
    firstDifference(wanted.spec, policy.spec, 'spec') ??
    firstDifference(shipped.binding.spec, binding.spec, 'spec of the binding');
  return difference
    ? advisory(`it is not as it is shipped with this version: ${difference}`)
    : { level: 'configured', reason: undefined };
}

function advisory(reason: string): Pick<PolicyProtection, 'level' | 'reason'> {
  return { level: 'advisory', reason };
}

async function problemsOfAccounts(
  client: ClusterClient,
  accounts: Accounts,
): Promise<string[]> {
  const where = `ConfigMap ${ACCOUNTS.namespace}/${ACCOUNTS.name}`;
  if (accounts === 'unreadable') {
    return [
      `${where} may not be read by the account of the backend, so the names of accounts are not checked.`,
    ];
  }
  if (!accounts) {
    return [
      `${where} is missing, so every change of a golden image is refused, also to CDI. Apply accounts.yaml.`,
    ];
  }
  const names = (accounts.cdi ?? '')
    .split(/[,\n]/)
    .map(name => name.trim())
    .filter(name => name !== '');
  if (names.length === 0) {
    return [
      `${where} names no account of CDI (key "cdi"), so imports hang without a word.`,
    ];
  }
  const known = await Promise.all(names.map(name => isThere(client, name)));
  return known.includes(true) || known.includes(undefined)
    ? []
    : [
        `${where} names ${names.join(
          ', ',
        )} as the account of CDI (key "cdi"), and there is none such: imports would hang without a word.`,
      ];
}

/** `undefined` when it cannot be seen. */
async function isThere(
  client: ClusterClient,
  user: string,
): Promise<boolean | undefined> {
  const [, namespace, name] =
    /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (!name) return undefined;
  const type = RESOURCES.serviceAccounts;
  const found = await read(client, { type, namespace, name });
  return found === 'unreadable' ? undefined : found !== undefined;
}

async function problemsOfRights(
  client: Client,
  { imageNamespaces }: ClusterConfig,
): Promise<string[]> {
  const problems: string[] = [];
  for (const namespace of imageNamespaces) {
    if (!(await client.mayI('manage-golden', RESOURCES.claims, namespace))) {
      problems.push(
        `The account of the backend may not manage-golden persistentvolumeclaims in ${namespace}, so it can neither import nor retire there. Apply rbac.yaml.`,
      );
    }
  }
  return problems;
}

async function problemsOfNamespaces(
  client: ClusterClient,
  { imageNamespaces }: ClusterConfig,
): Promise<string[]> {
  const problems: string[] = [];
  for (const name of imageNamespaces) {
    const found = await read(client, { type: RESOURCES.namespaces, name });
    if (!found || found === 'unreadable') continue;
    if (found.metadata.labels?.[LABELS.protected] !== 'true') {
      problems.push(
        `Namespace ${name} does not bear the label ${LABELS.protected}="true", so it may be deleted.`,
      );
    }
  }
  return problems;
}

async function read(
  client: ClusterClient,
  ref: ObjectRef,
): Promise<KubernetesObject | 'unreadable' | undefined> {
  try {
    return await client.get(ref);
  } catch (error) {
    const refused = error instanceof KubernetesApiError && error.status === 403;
    if (refused) return 'unreadable';
    throw error;
  }
}
