import { describe, expect, test } from '@jest/globals';
import { ConfigInvalid } from '../../../config/environment.ts';
import { workerConfig } from '../../../worker/config.ts';

const DATABASE_URL = 'postgres://worker:secret@localhost/cases';

describe('configuration of a worker', () => {
  test('needs the address of the database only', () => {
    expect(workerConfig({ DATABASE_URL })).toMatchObject({
      databaseUrl: DATABASE_URL,
      taskQueue: 'cases',
      namespace: 'default',
      metricsAddress: null,
      deployment: null,
    });
  });

  test('takes the connection to Temporal from the variables Temporal’s own tools read', () => {
    const config = workerConfig({ DATABASE_URL, TEMPORAL_ADDRESS: 'engine:7233', TEMPORAL_NAMESPACE: 'line' });
    expect(config.temporal.address).toBe('engine:7233');
    expect(config.namespace).toBe('line');
  });

  test('takes an empty variable as one that is not set', () => {
    const empty = { TASK_QUEUE: '', WORKER_HOST: '', WORKER_HEALTH_PORT: '', WORKER_CACHED_CASES: '', WORKER_DEPLOYMENT: '', LOG_LEVEL: '' };
    const connection = { TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '' };
    expect(workerConfig({ DATABASE_URL, ...empty, ...connection, WORKER_METRICS_ADDRESS: '' })).toEqual(workerConfig({ DATABASE_URL }));
    expect(() => workerConfig({ DATABASE_URL: '' })).toThrow(/DATABASE_URL/);
  });

  test.each(['127.0.0.1:9465', '0.0.0.0:0', '[::1]:9465'])('serves the SDK’s metrics on %s', (address) => {
    expect(workerConfig({ DATABASE_URL, WORKER_METRICS_ADDRESS: address }).metricsAddress).toBe(address);
  });

  test.each(['localhost:9465', '127.0.0.1', ':9465', '127.0.0.1:99999', '::1:9465', '[::1]', '999.0.0.1:1'])(
    'refuses %s for the SDK’s metrics by the name of the variable, and says what is expected',
    (address) => {
      const faulty = () => workerConfig({ DATABASE_URL, WORKER_METRICS_ADDRESS: address });
      expect(faulty).toThrow(ConfigInvalid);
      expect(faulty).toThrow(/WORKER_METRICS_ADDRESS must be a numeric address and a port/);
    },
  );

  test('tells staff by mail and webhook where there is a server, a sender and a secret', () => {
    const WEBHOOK_SECRET = `whsec_${'A'.repeat(32)}`;
    const channels = {
      SMTP_URL: 'smtps://user:pass@mail:465',
      MAIL_FROM: 'Avvisi <avvisi@example.org>',
      WEBHOOK_URL: 'https://pager.example.org/',
      WEBHOOK_SECRET,
    };
    expect(workerConfig({ DATABASE_URL, ...channels }).notifications).toEqual({
      timeZone: 'Europe/Rome',
      mail: { url: channels.SMTP_URL, from: channels.MAIL_FROM },
      webhook: { url: channels.WEBHOOK_URL, secret: WEBHOOK_SECRET },
    });
    expect(workerConfig({ DATABASE_URL }).notifications).toEqual({ timeZone: 'Europe/Rome', mail: null, webhook: null });
  });

  test.each([
    [{ SMTP_URL: 'smtp://mail' }, 'MAIL_FROM'],
    [{ SMTP_URL: 'smtp://mail', MAIL_FROM: 'nobody' }, 'MAIL_FROM'],
    [{ SMTP_URL: 'http://mail', MAIL_FROM: 'a@b' }, 'SMTP_URL'],
    [{ SMTP_URL: 'smtp://a b', MAIL_FROM: 'a@b' }, 'SMTP_URL'],
    [{ WEBHOOK_URL: 'https://pager' }, 'WEBHOOK_SECRET'],
    [{ WEBHOOK_URL: 'file:///etc/passwd', WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}` }, 'WEBHOOK_URL'],
    [{ WEBHOOK_URL: 'https://pager', WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, 'WEBHOOK_SECRET'],
    [{ SERVICE_TIME_ZONE: 'Milan' }, 'SERVICE_TIME_ZONE'],
  ])('refuses %j', (variables, name) => {
    const faulty = () => workerConfig({ DATABASE_URL, ...variables });
    expect(faulty).toThrow(ConfigInvalid);
    expect(faulty).toThrow(new RegExp(name));
  });

  test('reports every fault at once, by name and never by value', () => {
    let fault: unknown;
    try {
      workerConfig({ WORKER_HEALTH_PORT: 'secret-port', WORKER_METRICS_ADDRESS: 'secret-host:1', LOG_LEVEL: 'loud' });
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(ConfigInvalid);
    const { faults, message } = fault as ConfigInvalid;
    expect(faults.map((each) => each.split(' ')[0]).sort()).toEqual(['DATABASE_URL', 'LOG_LEVEL', 'WORKER_HEALTH_PORT', 'WORKER_METRICS_ADDRESS']);
    expect(message).not.toMatch(/secret|loud/);
  });
});
