// Runs once before the faults project: finds the server and builds the bundle, so that no test does so under its own time limit.
import process from 'node:process';
import { resolveTemporalBinary } from '../../cli/embedded/temporal-binaries.ts';
import { prepareWorkflowBundle } from './workflow-bundle.ts';

export default async function setUp(): Promise<void> {
  await resolveTemporalBinary('temporal', { env: process.env });
  await prepareWorkflowBundle();
}
