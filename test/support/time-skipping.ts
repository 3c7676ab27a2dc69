/** The time-skipping server with a harness on it. Time is global there: one test file at a time. */
import process from 'node:process';
import { jest } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createHarness, type Harness, type HarnessParts } from './case-harness.ts';
import { preparedWorkflowBundle } from './workflow-bundle.ts';

// What the SDK logs here are the faults the tests make.
Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
jest.setTimeout(60_000);

export interface TimeSkipping extends Harness {
  readonly env: TestWorkflowEnvironment;
}

export async function createTimeSkipping(more?: (env: TestWorkflowEnvironment, harness: HarnessParts) => object): Promise<TimeSkipping> {
  const path = process.env['TEMPORAL_TEST_SERVER_PATH'];
  if (path === undefined) throw new Error('TEMPORAL_TEST_SERVER_PATH is set by the project set-up');
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  const harness = await createHarness({
    client: env.client,
    connection: env.nativeConnection,
    bundle: preparedWorkflowBundle(),
    now: () => env.currentTimeMs(),
    ...(more === undefined ? {} : { more: (harness) => more(env, harness) }),
  });
  return { ...harness, env };
}
