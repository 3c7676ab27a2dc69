// The workflow bundle is built once per state of the sources (4 to 6 s cold) and shared by every test file and every run.
import process from 'node:process';
import { loadWorkflowBundle } from '../../worker/bundle.ts';

/** Builds the bundle unless it is there, and names its file in `WORKFLOW_BUNDLE_PATH`. Called by the set-up of a project. */
export async function prepareWorkflowBundle(): Promise<void> {
  const { bundle } = await loadWorkflowBundle();
  process.env['WORKFLOW_BUNDLE_PATH'] = bundle.codePath;
}

/** The prepared bundle, as a worker takes it (`workflowBundle`). */
export function preparedWorkflowBundle(): { readonly codePath: string } {
  const codePath = process.env['WORKFLOW_BUNDLE_PATH'];
  if (codePath === undefined) throw new Error('WORKFLOW_BUNDLE_PATH is set by the set-up of the workflow and integration projects');
  return { codePath };
}
