import { child, isObject } from '../../types';

const PLACES = [
  ['metadata', 'uid'],
  ['metadata', 'resourceVersion'],
  ['metadata', 'continue'],
];

/** Bodies that were written down short. */
const SHORTENED: Record<string, () => unknown> = {
  '(10001 test operations)': () =>
    Array.from({ length: 10_001 }, () => ({
      op: 'test',
      path: '/metadata/name',
      value: 'vec-upd',
    })),
  '(3.3 MB annotation)': () => ({
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name: 'vec-dv',
      namespace: 'golden-images',
      annotations: { a: 'x'.repeat(3_300_000) },
    },
    spec: {},
  }),
};

/**
 * What only the recorded server could know (uids, resourceVersions, tokens of
 * pages), replaced by what the server that is asked now said in its place.
 */
export class Substitutions {
  readonly #values = new Map<string, string>();

  /** Notes the values at the same places of two answers to one request. */
  learn(recorded: unknown, actual: unknown) {
    for (const place of PLACES) {
      const before = child(recorded, ...place);
      const now = child(actual, ...place);
      if (typeof before === 'string' && typeof now === 'string' && before) {
        this.#values.set(before, now);
      }
    }
  }

  path(path: string): string {
    const [place, query] = path.split('?');
    if (query === undefined) return path;
    const replaced = query.split('&').map(pair => {
      const [name, value] = pair.split('=');
      if (name !== 'continue' && name !== 'resourceVersion') return pair;
      return `${name}=${this.#values.get(value) ?? value}`;
    });
    return `${place}?${replaced.join('&')}`;
  }

  body(body: unknown): unknown {
    if (typeof body === 'string') {
      const expand = SHORTENED[body];
      if (expand) return expand();
      const repeated = /^(.) \* (\d+)$/.exec(body);
      if (repeated) return repeated[1].repeat(Number(repeated[2]));
      return this.#values.get(body) ?? body;
    }
    if (Array.isArray(body)) return body.map(item => this.body(item));
    if (!isObject(body)) return body;
    return Object.fromEntries(
      Object.entries(body).map(([name, value]) => [name, this.body(value)]),
    );
  }
}
