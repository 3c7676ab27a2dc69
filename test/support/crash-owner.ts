// Run as a process of its own by the tests of the embedded servers: starts one, says so, and waits to be killed.
// `node crash-owner.ts <postgres|temporal> <directory>`
import process from 'node:process';
import { startPostgres } from '../../cli/embedded/postgres.ts';
import { startTemporalServer } from '../../cli/embedded/temporal-server.ts';

const [, , kind, directory = ''] = process.argv;
const server = kind === 'postgres' ? await startPostgres({ directory }) : await startTemporalServer({ directory, env: process.env });
process.stdout.write(`${JSON.stringify({ pid: server.pid, port: server.port })}\n`);
setInterval(() => undefined, 60_000);
