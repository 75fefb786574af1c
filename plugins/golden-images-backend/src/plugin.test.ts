import {
  createServiceFactory,
  coreServices,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { freePort } from '@golden-images/sandbox-cluster';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import request from 'supertest';
import goldenImagesPlugin from '.';
import { until } from './tracking/__testUtils__/startTracking';

const ada = mockCredentials.user.header('user:default/ada');

async function start(goldenImages: object) {
  const warnings: string[] = [];
  const backend = await startTestBackend({
    features: [
      goldenImagesPlugin,
      mockServices.rootConfig.factory({ data: { goldenImages } }),
      catalogServiceMock.factory(),
      createServiceFactory({
        service: coreServices.logger,
        deps: {},
        factory: () =>
          mockServices.logger.mock({
            warn: (message: string) => {
              warnings.push(message);
            },
          }),
      }),
    ],
  });
  return { server: backend.server, stop: () => backend.stop(), warnings };
}

const IMPORT = {
  name: 'ubuntu',
  source: { http: { url: 'https://images.example/u' } },
  size: '1Gi',
};

describe('goldenImagesPlugin', () => {
  it('starts without clusters, and says so', async () => {
    const { server, stop, warnings } = await start({
      admins: ['user:default/ada'],
    });
    expect(warnings).toEqual([
      expect.stringMatching(/No cluster is configured below goldenImages/),
    ]);
    for (const path of ['images', 'namespaces', 'clusters']) {
      const response = await request(server)
        .get(`/api/golden-images/${path}`)
        .set('Authorization', ada);
      expect(response.status).toBe(200);
      expect(response.body.items).toEqual([]);
    }
    const response = await request(server)
      .post('/api/golden-images/images')
      .set('Authorization', ada)
      .send(IMPORT);
    expect(response.status).toBe(400);
    expect(response.body.error.message).toMatch(
      /no cluster is configured: an administrator can add one/,
    );
    await stop();
  });

  it('starts while a cluster cannot be reached, and says so', async () => {
    const { server, stop } = await start({
      admins: ['user:default/ada'],
      clusters: [{ name: 'dev', url: `http://127.0.0.1:${await freePort()}` }],
    });
    const images = await request(server)
      .get('/api/golden-images/images')
      .set('Authorization', ada);
    expect(images.status).toBe(200);
    expect(images.body.items).toEqual([]);
    expect(images.body.clusters).toEqual([
      expect.objectContaining({
        name: 'dev',
        connection: expect.stringMatching(/^(connecting|unreachable)$/),
      }),
    ]);
    const write = await request(server)
      .post('/api/golden-images/images')
      .set('Authorization', ada)
      .send(IMPORT);
    expect(write.status).toBe(503);
    expect(write.body.error.message).toMatch(/Cluster "dev" gave no answer/);
    await stop();
  });

  it('starts and answers while a cluster takes requests and never answers', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer(socket => sockets.add(socket));
    const listening = once(silent, 'listening');
    silent.listen(0, '127.0.0.1');
    await listening;
    const { port } = silent.address() as AddressInfo;
    const { server, stop } = await start({
      clusters: [{ name: 'dev', url: `http://127.0.0.1:${port}` }],
    });
    const images = await request(server)
      .get('/api/golden-images/images')
      .set('Authorization', ada);
    expect(images.status).toBe(200);
    expect(images.body.clusters).toEqual([
      expect.objectContaining({ name: 'dev', connection: 'connecting' }),
    ]);
    await stop();
    for (const socket of sockets) socket.destroy();
    silent.close();
    // It was asked indeed.
    expect(sockets.size).toBeGreaterThan(0);
  });

  it('starts although it is not said how a cluster is reached, and tells so', async () => {
    const { server, stop } = await start({ clusters: [{ name: 'dev' }] });
    await until('it is unreachable', async () => {
      const images = await request(server)
        .get('/api/golden-images/images')
        .set('Authorization', ada);
      expect(images.status).toBe(200);
      const [{ connection, message }] = images.body.clusters;
      return (
        connection === 'unreachable' &&
        message.includes('goldenImages.clusters[0]: name exactly one of')
      );
    });
    await stop();
  });

  it('refuses to start with a configuration that is wrong', async () => {
    const clusters = [{ name: 'dev', inCluster: true, scope: 'namespace' }];
    await expect(start({ clusters })).rejects.toThrow(
      /goldenImages\.clusters\[0\]\.scope: must be "cluster" or a list/,
    );
  });
});
