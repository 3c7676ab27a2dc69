// Run as a process of its own by the test of directory claims: claims one directory after another, each at an agreed instant, and says which it got.
// `node claim-racer.ts <first instant> <milliseconds between two> <directory>...`
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimDirectory } from '../../cli/embedded/server-directory.ts';

const [, , first = '', every = '', ...directories] = process.argv;
const kind = { program: 'nothing-is-called-so', stop: [] };

for (const [round, directory] of directories.entries()) {
  await sleep(Math.max(0, Number(first) + round * Number(every) - Date.now()));
  const outcome = await claimDirectory(directory, kind).then(
    () => 'won',
    (error: Error) => error.message,
  );
  process.stdout.write(`${JSON.stringify({ pid: process.pid, directory, outcome })}\n`);
}
// An owner that ended would leave a stale claim to the slower ones: all stay until their input is closed.
process.stdin.resume();
