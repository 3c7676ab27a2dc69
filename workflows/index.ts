/** Every workflow of the bundle. */
export { caseWorkflow } from './case/case-workflow.ts';
export { rebaseWorkflow } from './rebase/rebase-workflow.ts';
export { closingsWorkflow } from './closings/closings-workflow.ts';
export { notificationWorkflow } from './notifications/notification-workflow.ts';
export { reconciliationWorkflow } from './reconciliation/reconciliation-workflow.ts';
