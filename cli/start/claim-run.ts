/** One supervisor a data directory; a claim left by one that was killed is taken over, and what it left running ends. */
import { basename } from 'node:path';
import process from 'node:process';
import { findSystem, type DataDirectory } from '../config.ts';
import { DirectoryInUseError } from '../embedded/errors.ts';
import { claimDirectory, type ServerKind } from '../embedded/server-directory.ts';
import { CliError, EXIT } from '../errors.ts';

/** Our own processes work inside the run directory: that is how ones left behind are recognised. */
const OWN_KIND: ServerKind = {
  program: basename(process.execPath),
  stop: [
    { signal: 'SIGTERM', graceMs: 8_000 },
    { signal: 'SIGKILL', graceMs: 2_000 },
  ],
};

/** Takes the data directory; throws where a start runs on it. Returns how to give it back. */
export async function claimRun(data: DataDirectory): Promise<() => Promise<void>> {
  try {
    return (await claimDirectory(data.run, OWN_KIND)).release;
  } catch (error) {
    if (!(error instanceof DirectoryInUseError)) throw error;
    const url = (await findSystem(data))?.url;
    throw new CliError(
      `${data.path} is in use: process ${error.ownerPid} runs on it${url === undefined ? '' : `, at ${url}`}.`,
      'Use that one, stop it with Ctrl+C in its terminal, or choose another directory with --data DIR.',
      EXIT.busy,
    );
  }
}
