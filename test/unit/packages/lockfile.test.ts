import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

type Lock = { packages: Record<string, { version?: string; optional?: boolean; optionalDependencies?: Record<string, string> }> };

const ROOT = join(import.meta.dirname, '..', '..', '..');
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;

/** Versions of every installed copy of a package. */
function copiesOf(name: string): string[] {
  const paths = Object.keys(packages).filter((path) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`));
  return paths.map((path) => packages[path]?.version ?? '');
}

describe('the lockfile', () => {
  it('holds one protobufjs 8: with several, a replayed history fails with "type must be a Type"', () => {
    expect(copiesOf('protobufjs').filter((version) => version.startsWith('8.'))).toEqual(['8.8.1']);
  });

  it('holds one version of every Temporal package', () => {
    const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => name.startsWith('@temporalio/'));
    const pinned = copiesOf('@temporalio/common');
    expect(pinned).toHaveLength(1);
    for (const name of names) expect({ name, versions: copiesOf(name) }).toEqual({ name, versions: pinned });
  });

  it('holds one metrics client: with two the registry splits in silence', () => {
    expect(copiesOf('@prometheus-io/client')).toHaveLength(1);
    expect(copiesOf('prom-client')).toEqual([]);
  });

  it('names every optional package, so that npm ci accepts it on every platform (see .ci/complete-lockfile.js)', () => {
    const wanted = Object.entries(packages).flatMap(([path, entry]) => Object.keys(entry.optionalDependencies ?? {}).map((name) => ({ path, name })));
    const missing = wanted.filter(({ path, name }) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages));
    expect(missing).toEqual([]);
  });

  it('pins every direct dependency exactly', () => {
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range));
    expect(loose).toEqual([]);
  });
});
