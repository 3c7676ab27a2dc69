import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { DirectoryInUseError } from '../../../cli/embedded/errors.ts';
import { isRunning } from '../../../cli/embedded/process-identity.ts';
import { findRunningTemporal, startTemporalServer, TEMPORAL_KIND } from '../../../cli/embedded/temporal-server.ts';
import { kill9, serverDirectory, startElsewhere } from './servers.ts';

let directory: ReturnType<typeof serverDirectory>;

beforeEach(() => {
  directory = serverDirectory(TEMPORAL_KIND);
});

afterEach(() => directory.cleanUp());

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  return work(new Client({ connection })).finally(() => connection.close());
}

async function startWaiting(address: string): Promise<void> {
  await withClient(address, (client) => client.workflow.start('nobodyRunsIt', { workflowId: 'kept', taskQueue: 'none' }));
}

async function statusOf(address: string): Promise<string> {
  return withClient(address, async (client) => (await client.workflow.getHandle('kept').describe()).status.name);
}

describe('the embedded Temporal server', () => {
  it('keeps its workflows over a stop and a start', async () => {
    const options = { directory: directory.path, env: process.env, searchAttributes: { Municipio: 'Keyword' } };
    const first = await startTemporalServer(options);
    await startWaiting(first.address);
    await first.stop();
    expect(await isRunning(first.pid)).toBe(false);
    const second = await startTemporalServer(options);
    expect(await statusOf(second.address)).toBe('RUNNING');
    await second.stop();
  });

  it('keeps them over a kill -9 of server and owner too', async () => {
    const left = await startElsewhere('temporal', directory.path);
    await startWaiting((await findRunningTemporal(directory.path)) ?? '');
    await kill9(left.owner.pid ?? 0);
    await kill9(left.pid);
    const next = await startTemporalServer({ directory: directory.path, env: process.env });
    expect(await statusOf(next.address)).toBe('RUNNING');
    await next.stop();
  });

  it('stops the server that a killed owner left running', async () => {
    const left = await startElsewhere('temporal', directory.path);
    await kill9(left.owner.pid ?? 0);
    expect(await isRunning(left.pid)).toBe(true);
    const next = await startTemporalServer({ directory: directory.path, env: process.env, port: left.port });
    expect(await isRunning(left.pid)).toBe(false);
    expect(next.address).toBe(`127.0.0.1:${left.port}`);
    await next.stop();
  });

  it('refuses a directory whose owner runs', async () => {
    const other = await startElsewhere('temporal', directory.path);
    await expect(startTemporalServer({ directory: directory.path, env: process.env })).rejects.toThrow(DirectoryInUseError);
    expect(await isRunning(other.pid)).toBe(true);
    await kill9(other.owner.pid ?? 0);
  });

  it("does not hear the terminal's Ctrl+C", async () => {
    const other = await startElsewhere('temporal', directory.path);
    process.kill(-(other.owner.pid ?? 0), 'SIGINT');
    while (await isRunning(other.owner.pid ?? 0)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await isRunning(other.pid)).toBe(true);
  });
});
