/** Every workflow of the bundle. */
export { caseWorkflow } from './case/case-workflow.ts';
export { reconciliationWorkflow } from './reconciliation/reconciliation-workflow.ts';
