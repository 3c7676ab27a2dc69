/** Bundles of sources that are no more: each state of the sources leaves one of 2 MB behind. */
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** A bundle by its hash, and what a process that died while it built one has left. */
const BUNDLE = /^workflow-bundle\.[0-9a-f]{16}\.js(\.\d+)?$/;
const KEPT = 2;
/** Another process of other sources may be about to read one it has just found: a test run does, file after file. */
const IN_USE_MS = 3_600_000;

/** Its file says when it was used last. One that is just being pruned is built again by whoever misses it. */
export function markUsed(codePath: string, now = new Date()): void {
  try {
    utimesSync(codePath, now, now);
  } catch {
    // Read-only, as in an image: nothing is pruned there either.
  }
}

/** Removes all but the bundles used last and those that may be in use. */
export function pruneBundles(folder: string, now = Date.now()): void {
  const bundles = readdirSync(folder)
    .filter((name) => BUNDLE.test(name))
    .map((name) => ({ path: join(folder, name), usedAt: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? now }))
    .sort((a, b) => b.usedAt - a.usedAt);
  for (const { path, usedAt } of bundles.slice(KEPT)) if (now - usedAt > IN_USE_MS) rmSync(path, { force: true });
}
