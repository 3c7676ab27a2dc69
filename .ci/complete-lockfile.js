// Adds to package-lock.json the optional packages for other platforms that the registry in use could not describe (a mirror that holds only some
// platforms answers 404). Without them `npm ci` calls the lockfile out of sync; with them it skips what is not for this machine, as always.
// Run it after a change of dependencies: node .ci/complete-lockfile.js
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** The platform a binary package is for, read from its name: esbuild, swc, oxc, biome and napi packages all spell it there. */
function platformOf(name) {
  if (name === 'fsevents') return { os: ['darwin'] };
  const words = name
    .replace('windows', 'win32')
    .replace('armv7', 'arm')
    .split(/[-_/.]/);
  const os = OS.find((candidate) => words.includes(candidate));
  const cpu = CPU.find((candidate) => words.includes(candidate));
  if (os === undefined && cpu !== 'wasm32') throw new Error(`${name}: not a package for one platform; install it or read why the registry lacks it`);
  const libc = words.includes('musl') ? { libc: ['musl'] } : os === 'linux' && words.includes('gnu') ? { libc: ['glibc'] } : {};
  return { ...(cpu ? { cpu: [cpu] } : {}), ...libc, ...(os ? { os: [os] } : {}) };
}

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if (lock.packages[nested] ?? lock.packages[hoisted]) continue;
    const version = range.replace(/^[\^~]/, '');
    lock.packages[hoisted] = { version, ...platformOf(name), ...(entry.dev ? { dev: true } : {}), license: entry.license, optional: true };
    added.push(`${name}@${version}`);
  }
}
const sorted = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(sorted.map((path) => [path, lock.packages[path]]));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added.length} packages of other platforms added\n`);
