/** Every workflow of the bundle. */
export { caseWorkflow } from './case/case-workflow.ts';
