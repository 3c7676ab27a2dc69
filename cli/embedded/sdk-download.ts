// Run as a process of its own: `node sdk-download.ts <temporal|temporal-test-server> <version> <directory>`.
// The SDK downloads a binary only by starting it, and doing so installs the process-wide Runtime, which the caller may still want to configure.
import process from 'node:process';
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [, , name, version = '', downloadDir = ''] = process.argv;
const server = { executable: { type: 'cached-download' as const, version: `v${version}`, downloadDir } };
const environment = name === 'temporal' ? await TestWorkflowEnvironment.createLocal({ server }) : await TestWorkflowEnvironment.createTimeSkipping({ server });
await environment.teardown();
