// Runs once before the workflow project: finds the time-skipping server and builds the bundle, so that no test does so under its own time limit.
import process from 'node:process';
import { resolveTemporalBinary } from '../../cli/embedded/temporal-binaries.ts';
import { prepareWorkflowBundle } from './workflow-bundle.ts';

export default async function setUp(): Promise<void> {
  const { path } = await resolveTemporalBinary('temporal-test-server', { env: process.env });
  process.env['TEMPORAL_TEST_SERVER_PATH'] = path;
  await prepareWorkflowBundle();
}
