/** The API's configuration: the environment checked against a schema once, at the start, and frozen. */
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { Type, type Static } from 'typebox';
import { keyFileIn } from '../db/protection/key-file.ts';
import type { KeySettings } from '../db/protection/key-source.ts';
import { checkEnvironment, ConfigInvalid, setVariables, type Environment } from '../config/environment.ts';

const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const Milliseconds = Type.Integer({ minimum: 1, maximum: 600_000 });

/** Every variable with its default. */
export const ApiEnvironment = Type.Object({
  API_HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'Address to listen on' }),
  API_PORT: Type.Integer({ ...Port, default: 3000, description: '0 takes any free port' }),
  API_METRICS_PORT: Type.Integer({ ...Port, default: 9464, description: 'Prometheus metrics, on the same address; 0 takes any free port' }),
  DATABASE_URL: Type.String({ minLength: 1, description: 'Postgres' }),
  DATABASE_POOL_SIZE: Type.Integer({ default: 10, minimum: 2, maximum: 200, description: 'Connections at most' }),
  TASK_QUEUE: Type.String({ default: 'cases', minLength: 1, description: 'Task queue of the case workflows' }),
  AUTH_ISSUER: Type.String({ default: '', description: 'Issuer of the tokens; needed unless DEV_ISSUER is on' }),
  AUTH_AUDIENCE: Type.String({ default: '', description: 'Audience of the tokens; needed unless DEV_ISSUER is on' }),
  AUTH_JWKS: Type.String({ default: '', description: 'Address or file of the issuer’s public keys; needed unless DEV_ISSUER is on' }),
  DEV_ISSUER: Type.Enum(['on', 'off'], { default: 'off', description: 'Development tokens; loopback only' }),
  MASTER_KEYS: Type.String({ default: '', description: 'The keys of people’s data: `id:base64` joined by commas, the current one first; else the key file' }),
  DATA_DIR: Type.String({ default: '.data', minLength: 1, description: 'Holds the key file, and the key of the development issuer' }),
  TERRITORIES: Type.String({
    default: '1,2,3,4,5,6,7,8,9,CENTRAL',
    pattern: '^[A-Z0-9]{1,16}(,[A-Z0-9]{1,16})*$',
    description: 'Municipi a case may be given to',
  }),
  COMMAND_DEADLINE_MS: Type.Integer({ ...Milliseconds, default: 5_000, description: 'How long a command is waited for before 202' }),
  START_DEADLINE_MS: Type.Integer({ ...Milliseconds, default: 2_000, description: 'How long the start of a new case is waited for' }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({ default: 30_000, minimum: 1, description: 'Requests a minute from one address' }),
  PERSON_RATE_LIMIT_PER_MINUTE: Type.Integer({ default: 15_000, minimum: 1, description: 'Requests a minute of one person, from all addresses together' }),
  TRUST_PROXY: Type.Enum(['on', 'off'], { default: 'off', description: 'Believe X-Forwarded-* headers' }),
  SHUTDOWN_GRACE_MS: Type.Integer({ ...Milliseconds, default: 10_000, description: 'Longest time a stop may take' }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { default: 'info' }),
});

/** The configuration of the API. */
export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly temporal: ClientConnectConfig;
  readonly taskQueue: string;
  readonly auth:
    | { readonly kind: 'development'; readonly dataDir: string }
    | { readonly kind: 'issuer'; readonly issuer: string; readonly audience: string; readonly jwks: string };
  readonly keys: KeySettings;
  readonly territories: readonly string[];
  readonly commandDeadlineMs: number;
  readonly startDeadlineMs: number;
  /** Requests a minute. */
  readonly rateLimits: { readonly perAddress: number; readonly perPerson: number };
  readonly trustProxy: boolean;
  readonly shutdownGraceMs: number;
  readonly logLevel: Static<typeof ApiEnvironment>['LOG_LEVEL'];
}

/** Reads the configuration; throws `ConfigInvalid` with every fault. */
export function readApiConfig(environment: Environment): ApiConfig {
  const { values, faults } = checkEnvironment(ApiEnvironment, environment);
  const all = [...faults, ...crossFaults(values)];
  if (all.length > 0) throw new ConfigInvalid(all);
  return Object.freeze({
    host: values.API_HOST,
    port: values.API_PORT,
    metricsPort: values.API_METRICS_PORT,
    databaseUrl: values.DATABASE_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    temporal: loadClientConnectConfig({ overrideEnvVars: setVariables(environment) }),
    taskQueue: values.TASK_QUEUE,
    auth:
      values.DEV_ISSUER === 'on'
        ? { kind: 'development' as const, dataDir: values.DATA_DIR }
        : { kind: 'issuer' as const, issuer: values.AUTH_ISSUER, audience: values.AUTH_AUDIENCE, jwks: values.AUTH_JWKS },
    keys: { masterKeys: values.MASTER_KEYS === '' ? null : values.MASTER_KEYS, file: keyFileIn(values.DATA_DIR) },
    territories: values.TERRITORIES.split(','),
    commandDeadlineMs: values.COMMAND_DEADLINE_MS,
    startDeadlineMs: values.START_DEADLINE_MS,
    rateLimits: { perAddress: values.RATE_LIMIT_PER_MINUTE, perPerson: values.PERSON_RATE_LIMIT_PER_MINUTE },
    trustProxy: values.TRUST_PROXY === 'on',
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
    logLevel: values.LOG_LEVEL,
  });
}

/** Only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

type Values = Static<typeof ApiEnvironment>;

/** What no single variable can say. Values may be unchecked here. */
function crossFaults(values: Partial<Values>): readonly string[] {
  if (values.DEV_ISSUER === 'on') {
    return isLoopback(values.API_HOST ?? '127.0.0.1') ? [] : ['DEV_ISSUER must be off unless API_HOST is a loopback address: anybody could make tokens'];
  }
  const needed = ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS'] as const;
  return needed.filter((name) => (values[name] ?? '') === '').map((name) => `${name} is missing (or DEV_ISSUER must be on)`);
}
