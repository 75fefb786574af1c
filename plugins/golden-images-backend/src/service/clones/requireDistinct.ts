import type {
  CloneRequest,
  Problem,
} from '@golden-images/plugin-golden-images-common';
import type { ClusterDirectory } from '../ClusterDirectory';
import { ProblemsError } from '../Problems';

/** More of them help nobody. */
const MOST_PROBLEMS = 20;

/**
 * Two items of one name are a mistake, whichever of them was meant.
 *
 * @throws ProblemsError naming both
 */
export function requireDistinct(
  items: readonly CloneRequest[],
  clusters: ClusterDirectory,
): void {
  const first = new Map<string, number>();
  const problems: Problem[] = [];
  // Where there is only one cluster it may be named or left out.
  const only = clusters.all.length === 1 ? clusters.all[0].name : '';
  items.forEach(({ cluster = only, namespace, name }, index) => {
    const key = JSON.stringify([cluster, namespace, name]);
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, index);
      return;
    }
    problems.push({
      field: `items[${index}].name`,
      code: 'invalid',
      message: `"${namespace}/${name}" is asked for by items[${before}] already`,
      remedy: 'leave one of them out, or give it another name',
    });
  });
  if (problems.length > 0) {
    throw new ProblemsError(problems.slice(0, MOST_PROBLEMS));
  }
}
