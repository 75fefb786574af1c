import { DefaultClusterClient } from '../DefaultClusterClient';
import { KubernetesApiError, RESOURCES } from '../index';
import { ScriptedApi, type Answer } from './ScriptedApi';

/** A claim that tests ask for. */
export const DISK = {
  type: RESOURCES.claims,
  namespace: 'ns',
  name: 'disk',
};

/** Servers and clients of one test file; everything is closed after each test. */
export function clientsAndServers() {
  const open: { stop(): Promise<void> | void }[] = [];

  afterEach(async () => {
    for (const item of open.splice(0)) await item.stop();
  });

  function client(...given: Parameters<typeof DefaultClusterClient.create>) {
    const made = DefaultClusterClient.create(...given);
    open.unshift({ stop: () => made.close() });
    return made;
  }

  async function server(answer: Answer, options?: { tls?: boolean }) {
    const api = await ScriptedApi.start(answer, options);
    open.push(api);
    return api;
  }

  async function setUp(
    answer: Answer,
    options?: Parameters<typeof DefaultClusterClient.create>[1],
  ) {
    const api = await server(answer);
    const connection = {
      type: 'url' as const,
      url: api.url,
      token: 'secret',
    };
    return { api, client: client({ name: 'c1', connection }, options) };
  }

  return { client, server, setUp };
}

export async function refusal(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    caught => caught,
  );
  expect(error).toBeInstanceOf(KubernetesApiError);
  return error as KubernetesApiError;
}
