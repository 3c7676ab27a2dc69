import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DirectoryInUseError, ServerStartError } from '../../../cli/embedded/errors.ts';
import { findRunningPostgres, POSTGRES_KIND, startPostgres } from '../../../cli/embedded/postgres.ts';
import { isRunning } from '../../../cli/embedded/process-identity.ts';
import { kill9, serverDirectory, startElsewhere } from './servers.ts';

let directory: ReturnType<typeof serverDirectory>;

beforeEach(() => {
  directory = serverDirectory(POSTGRES_KIND);
});

afterEach(() => directory.cleanUp());

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text).finally(() => client.end());
  return rows;
}

const KEEP = "create table kept (word text); insert into kept values ('perché')";

describe('the embedded Postgres', () => {
  it('keeps its data over a stop and a start', async () => {
    const first = await startPostgres({ directory: directory.path, database: 'helpline' });
    await query(first.url, KEEP);
    await first.stop();
    expect(await isRunning(first.pid)).toBe(false);
    const second = await startPostgres({ directory: directory.path, database: 'helpline' });
    expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'perché' }]);
    await second.stop();
  });

  it('is durable, in UTC, in UTF-8, knows the letters of the language, and listens on loopback only', async () => {
    const server = await startPostgres({ directory: directory.path });
    const settings = await query(
      server.url,
      "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('timezone') as zone, current_setting('server_encoding') as encoding, current_setting('listen_addresses') as address, upper('perché') as upper, split_part(version(), ' ', 2) as version",
    );
    expect(settings).toEqual([
      { fsync: 'on', commit: 'on', zone: 'UTC', encoding: 'UTF8', address: '127.0.0.1', upper: 'PERCHÉ', version: expect.stringMatching(/^18\./) as unknown },
    ]);
    await query(server.url, 'create extension pg_trgm; create extension unaccent');
    expect(await query(server.url, "select show_trgm('è') <> '{}' as letters")).toEqual([{ letters: true }]);
    await server.stop();
  });

  it('asks for its password', async () => {
    const server = await startPostgres({ directory: directory.path });
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    await server.stop();
  });

  it('recovers after a kill -9 of the server', async () => {
    const first = await startPostgres({ directory: directory.path });
    await query(first.url, KEEP);
    await kill9(first.pid);
    expect(await first.exited).toBe('ended by SIGKILL');
    await first.stop();
    const second = await startPostgres({ directory: directory.path });
    expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'perché' }]);
    await second.stop();
  });

  it('stops the server that a killed owner left running, and only that', async () => {
    const left = await startElsewhere('postgres', directory.path);
    const url = await findRunningPostgres(directory.path);
    await query(url ?? '', KEEP);
    await kill9(left.owner.pid ?? 0);
    expect(await isRunning(left.pid)).toBe(true);
    const next = await startPostgres({ directory: directory.path });
    expect(await isRunning(left.pid)).toBe(false);
    expect(await query(next.url, 'select word from kept')).toEqual([{ word: 'perché' }]);
    await next.stop();
  });

  it('starts after a kill -9 of owner and server, even when the number of the dead server now belongs to another process', async () => {
    const left = await startElsewhere('postgres', directory.path);
    await query((await findRunningPostgres(directory.path)) ?? '', KEEP);
    await kill9(left.owner.pid ?? 0);
    await kill9(left.pid);
    const lock = join(directory.path, 'cluster', 'postmaster.pid');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(process.ppid)));
    const next = await startPostgres({ directory: directory.path });
    expect(await query(next.url, 'select word from kept')).toEqual([{ word: 'perché' }]);
    expect(await isRunning(process.ppid)).toBe(true);
    await next.stop();
  });

  it('refuses a directory whose owner runs, and leaves that server alone', async () => {
    const other = await startElsewhere('postgres', directory.path);
    await expect(startPostgres({ directory: directory.path })).rejects.toThrow(DirectoryInUseError);
    expect(await query((await findRunningPostgres(directory.path)) ?? '', 'select 1 as one')).toEqual([{ one: 1 }]);
    await kill9(other.owner.pid ?? 0);
  });

  it("does not hear the terminal's Ctrl+C: the owner decides the order", async () => {
    const other = await startElsewhere('postgres', directory.path);
    process.kill(-(other.owner.pid ?? 0), 'SIGINT');
    while (await isRunning(other.owner.pid ?? 0)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await isRunning(other.pid)).toBe(true);
  });

  it('creates the cluster anew when the first creation was interrupted', async () => {
    const half = await startPostgres({ directory: directory.path });
    await half.stop();
    // What an interrupted initdb leaves: the draft, no cluster.
    renameSync(join(directory.path, 'cluster'), join(directory.path, 'cluster.new'));
    rmSync(join(directory.path, 'cluster.new', 'global'), { recursive: true });
    const whole = await startPostgres({ directory: directory.path });
    expect(await query(whole.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await whole.stop();
    expect(existsSync(join(directory.path, 'cluster.new'))).toBe(false);
  });

  it('says why it did not start, with the end of its log', async () => {
    const attempt = startPostgres({ directory: directory.path, settings: { max_connections: 'many' } });
    await expect(attempt).rejects.toThrow(ServerStartError);
    await expect(attempt).rejects.toThrow('invalid value for parameter "max_connections"');
    const server = await startPostgres({ directory: directory.path });
    await server.stop();
  });
});
