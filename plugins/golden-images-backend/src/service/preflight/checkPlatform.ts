import type { ClusterConfig } from '../../config/types';
import type { ResourceType } from '../../kubernetes/ClusterClient';
import type { FactsReader } from './FactsReader';
import { CDI_WEBHOOK } from './FactsReader';
import type { Verdict } from './Verdict';

/** CDI is installed, and its webhook is registered. */
export async function checkCdi(
  facts: FactsReader,
  cluster: ClusterConfig,
  verdict: Verdict,
): Promise<void> {
  const cdi = await facts.cdiThere();
  if (verdict.valueOf('CDI', cdi) === false) {
    verdict.problems.add({
      field: 'cluster',
      code: 'cdi-missing',
      message: `CDI is not installed in "${cluster.name}", and this needs a DataVolume`,
      remedy: 'an administrator can install it',
    });
    return;
  }
  const webhook = await facts.webhookThere();
  if (verdict.valueOf('webhooks of CDI', webhook) === false) {
    verdict.problems.add({
      field: 'cluster',
      code: 'webhook-missing',
      message: `the webhook "${CDI_WEBHOOK}" of CDI is not registered in "${cluster.name}", so CDI would neither check nor start this`,
      remedy: 'an administrator can look whether the operator of CDI runs',
    });
  }
}

/** Our own account may do it; else the rule that is missing. */
export async function checkRight(
  facts: FactsReader,
  verb: string,
  type: ResourceType,
  namespace: string,
  verdict: Verdict,
): Promise<void> {
  const may = await facts.mayI(verb, type, namespace);
  if (verdict.valueOf(`rights in ${namespace}`, may) !== false) return;
  const rule = `apiGroups: ["${type.group}"], resources: ["${type.resource}"], verbs: ["${verb}"]`;
  verdict.problems.add({
    field: 'cluster',
    code: 'right-missing',
    message: `the account of this backend lacks a right in namespace ${namespace} (${rule})`,
    remedy: 'an administrator can grant it',
  });
}
