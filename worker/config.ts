/** Configuration of a worker process: the environment checked against a schema once, at the start, and frozen. */
import { isIPv4, isIPv6 } from 'node:net';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { Type, type Static } from 'typebox';
import { keyFileIn } from '../db/protection/key-file.ts';
import type { KeySettings } from '../db/protection/key-source.ts';
import { checkEnvironment, ConfigInvalid, setVariables, type Environment } from '../config/environment.ts';
import type { Retention } from '../activities/prune.ts';

/** Every variable with its default. */
export const WorkerEnvironment = Type.Object({
  DATABASE_URL: Type.String({ minLength: 1 }),
  MASTER_KEYS: Type.String({ default: '' }),
  DATA_DIR: Type.String({ minLength: 1, default: '.data' }),
  TASK_QUEUE: Type.String({ minLength: 1, default: 'cases' }),
  WORKER_HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  WORKER_HEALTH_PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8091 }),
  WORKER_METRICS_ADDRESS: Type.String({ default: '' }),
  WORKER_CACHED_CASES: Type.Integer({ minimum: 1, default: 1_000 }),
  WORKER_DEPLOYMENT: Type.String({ default: '' }),
  IDEMPOTENCY_KEPT_DAYS: Type.Integer({ minimum: 2, maximum: 3_650, default: 30 }),
  OUTBOX_KEPT_DAYS: Type.Integer({ minimum: 1, maximum: 3_650, default: 7 }),
  TERRITORIES: Type.String({ default: '1,2,3,4,5,6,7,8,9,CENTRAL', pattern: '^[A-Z0-9]{1,16}(,[A-Z0-9]{1,16})*$' }),
  SERVICE_TIME_ZONE: Type.String({ default: 'Europe/Rome', minLength: 1 }),
  SMTP_URL: Type.String({ default: '', pattern: '^(smtps?://.+)?$' }),
  MAIL_FROM: Type.String({ default: '' }),
  WEBHOOK_URL: Type.String({ default: '', pattern: '^(https?://.+)?$' }),
  WEBHOOK_SECRET: Type.String({ default: '', pattern: '^(whsec_[A-Za-z0-9+/]{32,}={0,2}( whsec_[A-Za-z0-9+/]{32,}={0,2})?)?$' }),
  SPEED: Type.Number({ minimum: 1, default: 1 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], { default: 'info' }),
});

export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly temporal: NativeConnectionOptions;
  readonly namespace: string;
  /** The master keys: what is handed to Temporal is sealed with one derived from them. */
  readonly keys: KeySettings;
  readonly taskQueue: string;
  /** Where `/livez` and `/readyz` are served. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly healthPort: number;
  /** Numeric address and port of the SDK's metrics; null serves none. */
  readonly metricsAddress: string | null;
  /** Cases kept in memory between two commands. One costs about 0.1 MB; one that is not kept is replayed, 2 ms a task. Increase with memory. */
  readonly cachedCases: number;
  /** Name of the deployment when worker versioning is on: the worker then gets no tasks until its build is made current. */
  readonly deployment: string | null;
  /** What is kept how long. `verify` looks for the keys of a day's openings: they are kept longer than that. */
  readonly retention: Retention;
  /** Divides every budget of the policies cases are rebased to, as the API divides those they open with. @default 1 */
  readonly speed?: number;
  /** Those whose closings are minded. @default none */
  readonly territories?: readonly string[];
  /** How staff are told besides the messages inside the product. @default not at all */
  readonly notifications?: NotificationConfig;
  readonly logLevel: string;
}

/** Whether staff are told outside the product at all. */
export function hasChannels(notifications: NotificationConfig | undefined): boolean {
  return notifications !== undefined && (notifications.mail !== null || notifications.webhook !== null);
}

export interface NotificationConfig {
  /** In which quiet hours are local and instants are told. */
  readonly timeZone: string;
  readonly mail: { readonly url: string; readonly from: string } | null;
  readonly webhook: { readonly url: string; readonly secret: string } | null;
}

/** Throws `ConfigInvalid` with every fault. */
export function workerConfig(env: Environment): WorkerConfig {
  const { values, faults } = checkEnvironment(WorkerEnvironment, env);
  const all = [...faults, ...addressFaults(values.WORKER_METRICS_ADDRESS), ...notificationFaults(values)];
  if (all.length > 0) throw new ConfigInvalid(all);
  const { namespace, connectionOptions } = loadClientConnectConfig({ overrideEnvVars: setVariables(env) });
  return Object.freeze({
    databaseUrl: values.DATABASE_URL,
    temporal: { ...connectionOptions, address: connectionOptions.address ?? 'localhost:7233' },
    namespace: namespace ?? 'default',
    keys: { masterKeys: values.MASTER_KEYS === '' ? null : values.MASTER_KEYS, file: keyFileIn(values.DATA_DIR) },
    taskQueue: values.TASK_QUEUE,
    host: values.WORKER_HOST,
    healthPort: values.WORKER_HEALTH_PORT,
    metricsAddress: values.WORKER_METRICS_ADDRESS === '' ? null : values.WORKER_METRICS_ADDRESS,
    cachedCases: values.WORKER_CACHED_CASES,
    deployment: values.WORKER_DEPLOYMENT === '' ? null : values.WORKER_DEPLOYMENT,
    retention: { keysDays: values.IDEMPOTENCY_KEPT_DAYS, effectsDays: values.OUTBOX_KEPT_DAYS },
    speed: values.SPEED,
    territories: values.TERRITORIES.split(','),
    notifications: {
      timeZone: values.SERVICE_TIME_ZONE,
      mail: values.SMTP_URL === '' ? null : { url: values.SMTP_URL, from: values.MAIL_FROM },
      webhook: values.WEBHOOK_URL === '' ? null : { url: values.WEBHOOK_URL, secret: values.WEBHOOK_SECRET },
    },
    logLevel: values.LOG_LEVEL,
  });
}

/** What no single variable can say. Values may be unchecked here. */
function notificationFaults(values: Partial<Static<typeof WorkerEnvironment>>): readonly string[] {
  const { SERVICE_TIME_ZONE: zone = '', SMTP_URL: smtp = '', MAIL_FROM: from = '', WEBHOOK_URL: webhook = '', WEBHOOK_SECRET: secret = '' } = values;
  return [
    ...(smtp === '' || URL.canParse(smtp) ? [] : ['SMTP_URL is not an address such as smtps://user:password@host:465']),
    ...(smtp === '' || /^[^\s@<>]+@[^\s@<>]+$|<[^\s@<>]+@[^\s@<>]+>$/.test(from) ? [] : ['MAIL_FROM must be a mail address where SMTP_URL is set']),
    ...(webhook === '' || URL.canParse(webhook) ? [] : ['WEBHOOK_URL is not an address']),
    ...(webhook === '' || secret !== '' ? [] : ['WEBHOOK_SECRET is missing: webhooks are signed']),
    ...(zone === '' || isTimeZone(zone) ? [] : ['SERVICE_TIME_ZONE must be an IANA zone such as Europe/Rome']),
  ];
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The SDK takes nothing but a numeric address: given a name it would end in a type error of its own. */
function addressFaults(address: string | undefined): readonly string[] {
  if (address === undefined || address === '') return [];
  const [, v6, v4, port] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(address) ?? [];
  const isAddress = v6 === undefined ? isIPv4(v4 ?? '') : isIPv6(v6);
  if (isAddress && Number(port) <= 65_535) return [];
  return ['WORKER_METRICS_ADDRESS must be a numeric address and a port, such as 127.0.0.1:9465, 0.0.0.0:9465 or [::1]:9465'];
}
