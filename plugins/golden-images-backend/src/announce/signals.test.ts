import { createServiceFactory } from '@backstage/backend-plugin-api';
import { startTestBackend, mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import signalsBackend from '@backstage/plugin-signals-backend';
import { startApiServer, type ApiServer } from '@golden-images/sandbox-cluster';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import goldenImagesPlugin from '..';

/** A socket without a token, as anybody can open who reaches the backend. */
async function openSocket(port: number): Promise<WebSocket> {
  // The signals backend takes sockets once it has been asked for one, and lets
  // that first one hang (Backstage 1.55).
  const first = request({
    port,
    path: '/api/signals',
    headers: { connection: 'Upgrade', upgrade: 'websocket' },
  }).end();
  first.on('error', () => undefined);
  await once(first, 'finish');
  const health = await fetch(`http://127.0.0.1:${port}/api/signals/health`);
  expect(health.status).toBe(200);
  first.destroy();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/signals`);
  await once(socket, 'open');
  return socket;
}

async function makeClaim(api: ApiServer, name: string) {
  const response = await fetch(
    `${api.url}/api/v1/namespaces/default/persistentvolumeclaims`,
    {
      method: 'POST',
      headers: {
        authorization: 'Bearer admin',
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
        },
      }),
    },
  );
  expect(response.status).toBe(201);
}

describe('signals', () => {
  it('tell a socket without a token that something changed, and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'golden-images-'));
    const events = mockServices.events();
    const api = await startApiServer();
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, api.kubeconfig('admin'));
    const backend = await startTestBackend({
      features: [
        goldenImagesPlugin,
        signalsBackend,
        mockServices.rootConfig.factory({
          data: { goldenImages: { clusters: [{ name: 'dev', kubeconfig }] } },
        }),
        catalogServiceMock.factory({ entities: [] }),
        createServiceFactory({
          service: eventsServiceRef,
          deps: {},
          factory: () => events,
        }),
      ],
    });
    const socket = await openSocket(backend.server.port());
    const heard: string[] = [];
    socket.addEventListener('message', ({ data }) => heard.push(String(data)));
    for (const channel of ['golden-images', 'golden-images:dev', '*']) {
      socket.send(JSON.stringify({ action: 'subscribe', channel }));
    }

    const next = once(socket, 'message');
    await makeClaim(api, 'secret-plans');
    await next;
    expect(heard.length).toBeGreaterThan(0);
    for (const text of heard) {
      expect(JSON.parse(text)).toEqual({
        channel: 'golden-images',
        message: { revision: expect.any(Number) },
      });
    }

    socket.close();
    await backend.stop();
    await api.close();
    await rm(folder, { recursive: true });
  });
});
