/** Composition root of an API process: configuration in, a listening server out, and everything closed in order at the end. */
import type { Server } from 'node:http';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { pino, type Logger } from 'pino';
import type { Knex } from 'knex';
import { createDataConverter } from '../db/protection/data-converter.ts';
import { ensureKeyFile } from '../db/protection/key-file.ts';
import { openKeys } from '../db/protection/key-source.ts';
import { createProtection } from '../db/protection/protection.ts';
import type { KeyRingSource } from '../db/protection/key-ring.ts';
import { createDatabase } from '../db/knex.ts';
import { registerSystemGauges } from '../db/system-gauges.ts';
import type { RulebookSource } from '../db/repositories/rulebook-source.ts';
import { buildApp } from './app.ts';
import type { ApiConfig } from './config.ts';
import { createDevIssuer } from './dev-issuer.ts';
import { serveMetrics } from './plugins/metrics.ts';
import { createCaseEngine } from './temporal.ts';
import { createTokenVerifier, keysFrom, type TokenVerifier } from './tokens.ts';

export interface ApiParts {
  /** What new episodes are measured by. */
  readonly rulebooks: (knex: Knex) => RulebookSource;
}

export interface RunningApi {
  readonly url: string;
  readonly metricsUrl: string;
  readonly close: () => Promise<void>;
}

/** Starts the API and returns once it listens. What was opened is closed again when a later step fails. */
export async function startApi(config: ApiConfig, parts: ApiParts, logger: Logger = createLogger(config)): Promise<RunningApi> {
  const keys = createKeys(config);
  const knex = createDatabase({ url: config.databaseUrl, poolSize: config.databasePoolSize, applicationName: 'secondo-livello-api' });
  const { temporal: connect, taskQueue, commandDeadlineMs, startDeadlineMs } = config;
  const engine = createCaseEngine({ connect, dataConverter: createDataConverter(keys), taskQueue, commandDeadlineMs, startDeadlineMs });
  const closeUsed = async (): Promise<void> => {
    await engine.close();
    await knex.destroy();
  };
  try {
    const { territories, rateLimits, trustProxy } = config;
    const app = await buildApp({
      ...{ knex, engine, territories, rateLimits, trustProxy, logger },
      protection: createProtection(keys),
      verifier: await createVerifier(config),
      rulebooks: parts.rulebooks(knex),
      development: config.auth.kind === 'development',
      now: Date.now,
    });
    registerSystemGauges(app.metrics.client.register, knex, Date.now);
    const { close, ...addresses } = await listen(app, config);
    return { ...addresses, close: () => close().then(closeUsed) };
  } catch (error) {
    await closeUsed();
    throw error;
  }
}

/** Requests on one port, metrics on another; both or none. */
async function listen(app: FastifyInstance, { host, port, metricsPort, shutdownGraceMs }: ApiConfig): Promise<RunningApi> {
  let metrics: Server | undefined;
  // Requests in flight are answered first; then what they used goes away. A connection that never asks anything is not waited for.
  const close = async (): Promise<void> => {
    const force = setTimeout(() => app.server.closeAllConnections(), shutdownGraceMs / 2);
    await app.close();
    clearTimeout(force);
    metrics?.closeAllConnections();
    await new Promise<void>((resolve) => (metrics === undefined ? resolve() : metrics.close(() => resolve())));
  };
  try {
    metrics = await serveMetrics(app, host, metricsPort);
    const url = await app.listen({ host, port });
    return { url, metricsUrl: `http://${host}:${(metrics.address() as { port: number }).port}/metrics`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs an API process until a signal ends it. */
export async function runApi(config: ApiConfig, parts: ApiParts): Promise<void> {
  const logger = createLogger(config);
  const api = await startApi(config, parts, logger);
  closeWithGrace({ delay: config.shutdownGraceMs, logger: false }, async ({ signal, err }) => {
    if (err === undefined) logger.info({ signal }, 'stopping');
    else logger.fatal({ err }, 'stopping after a fault');
    await api.close();
  });
}

async function createVerifier({ auth }: ApiConfig): Promise<TokenVerifier> {
  if (auth.kind === 'development') return createTokenVerifier(await createDevIssuer(auth.dataDir));
  return createTokenVerifier({ issuer: auth.issuer, audience: auth.audience, keys: await keysFrom(auth.jwks) });
}

/** A development system makes the keys it needs; one that keeps anybody's data is given them. Throws `KeyRingInvalid`. */
function createKeys({ auth, keys }: ApiConfig): KeyRingSource {
  if (auth.kind === 'development' && keys.masterKeys === null) ensureKeyFile(keys.file, Date.now());
  return openKeys(keys);
}

function createLogger({ logLevel }: ApiConfig): Logger {
  return pino({ level: logLevel, base: { process: 'api' }, redact: ['req.headers.authorization', 'req.headers.cookie', '*.databaseUrl'] });
}
