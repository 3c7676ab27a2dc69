// Runs once before the integration and the faults project: starts the servers and makes the migrated template every test database is copied from.
import process from 'node:process';
import { createDatabase } from '../../db/knex.ts';
import { migrateToLatest } from '../../db/migrate.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { prepareWorkflowBundle } from './workflow-bundle.ts';

declare global {
  /** Jest loads the set-up and the teardown as two modules: they meet here. */
  var testServers: TestServers | undefined;
}

export default async function setUp(): Promise<void> {
  const servers = await startTestServers();
  globalThis.testServers = servers;
  try {
    const knex = createDatabase({ url: servers.postgres.url, applicationName: 'test-template' });
    await migrateToLatest(knex).finally(() => knex.destroy());
    await prepareWorkflowBundle();
  } catch (error) {
    // Jest runs no teardown after a failed set-up.
    await servers.stop();
    throw error;
  }
  process.env['TEST_DATABASE_SERVER'] = servers.postgres.urlFor('postgres');
  process.env['TEST_DATABASE_TEMPLATE'] = 'template';
  process.env['TEST_TEMPORAL_ADDRESS'] = servers.temporal.address;
}
