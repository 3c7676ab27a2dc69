/** Builds the workflow bundle ahead of the first worker: `npm run bundle`. */
import process from 'node:process';
import { loadWorkflowBundle } from './bundle.ts';

const { bundle, buildId } = await loadWorkflowBundle();
process.stdout.write(`${buildId} ${bundle.codePath}\n`);
