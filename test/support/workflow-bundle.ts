// The workflow bundle is built once per state of the sources (4 to 6 s cold) and shared by every test file and every run.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'build', 'test');

/** Everything a bundle is made of: the sources that may reach it and the pinned packages. */
function fingerprint(): string {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  for (const folder of ['domain', 'workflows']) {
    const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    for (const name of names.toSorted()) hash.update(`${folder}/${name}\n`).update(readFileSync(join(ROOT, folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Builds the bundle unless it is there, and names its file in `WORKFLOW_BUNDLE_PATH`. Called by the set-up of a project. */
export async function prepareWorkflowBundle(): Promise<void> {
  const path = join(FOLDER, `workflow-bundle-${fingerprint()}.js`);
  process.env['WORKFLOW_BUNDLE_PATH'] = path;
  if (existsSync(path)) return;
  const { code } = await bundleWorkflowCode({ workflowsPath: join(ROOT, 'workflows', 'index.ts'), logger: new DefaultLogger('WARN') });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, code);
  renameSync(`${path}.${process.pid}`, path);
}

/** The prepared bundle, as a worker takes it (`workflowBundle`). */
export function preparedWorkflowBundle(): { readonly codePath: string } {
  const codePath = process.env['WORKFLOW_BUNDLE_PATH'];
  if (codePath === undefined) throw new Error('WORKFLOW_BUNDLE_PATH is set by the set-up of the workflow and integration projects');
  return { codePath };
}
