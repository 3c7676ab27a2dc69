/** Request metrics, served on a port of their own: what watches the process is not who uses it. */
import { createServer, type Server } from 'node:http';
import fp from 'fastify-plugin';
import metrics from 'fastify-metrics';
import promClient from '@prometheus-io/client';
import type { FastifyInstance } from 'fastify';

export const metricsPlugin = fp(
  async (app) => {
    await app.register(metrics.default, {
      endpoint: null,
      // Named, so that whoever adds metrics of their own does it in the same registry.
      promClient,
      clearRegisterOnInit: true,
      routeMetrics: {
        enabled: { histogram: true, summary: false },
        overrides: { histogram: { buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] } },
      },
    });
  },
  { name: 'metrics', fastify: '5.x' },
);

/** Serves `/metrics` of an application; the caller closes it. */
export async function serveMetrics(app: FastifyInstance, host: string, port: number): Promise<Server> {
  const { register } = app.metrics.client;
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    register.metrics().then(
      (text) => response.writeHead(200, { 'content-type': register.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve()));
  return server;
}
