/**
 * The workflow bundle, built once and used by every worker: building takes 1 to 6 s. It is current while the sources it was made of are; their hash is the
 * build id of the worker.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { bundleWorkflowCode, DefaultLogger, type BundleOptions, type Logger } from '@temporalio/worker';
import { markUsed, pruneBundles } from './old-bundles.ts';

const ROOT = join(import.meta.dirname, '..');
const FILE = join(ROOT, 'build', 'workflow-bundle.js');
const WORKFLOWS = join(ROOT, 'workflows', 'index.ts');
const SANDBOX = join(ROOT, 'workflows', 'sandbox.ts');
const FAILURE_CONVERTER = join(ROOT, 'workflows', 'failure-converter.ts');
const FOLDERS = ['domain', 'workflows'];
const SDK = ['workflow', 'worker', 'common'];

export interface WorkflowBundle {
  readonly bundle: { readonly codePath: string };
  readonly buildId: string;
}

/** The bundle of these sources: the file when it is current, else built now. */
export async function loadWorkflowBundle(logger: Logger = new DefaultLogger('WARN')): Promise<WorkflowBundle> {
  const buildId = sourceHash();
  const codePath = FILE.replace(/js$/, `${buildId}.js`);
  if (isBuilt(codePath)) markUsed(codePath);
  else await build(codePath, logger);
  return { bundle: { codePath }, buildId };
}

async function build(codePath: string, logger: Logger): Promise<void> {
  // Evaluated once a worker and frozen, not once a case: no module of ours keeps anything of a case.
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    preloadModules: [SANDBOX, WORKFLOWS],
    failureConverterPath: FAILURE_CONVERTER,
    webpackConfigHook: keepSyntax,
    logger,
  });
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  // Several processes may build at once: the name says what is in it, and the rename is atomic.
  const temporary = `${codePath}.${process.pid}`;
  writeFileSync(temporary, code);
  renameSync(temporary, codePath);
  pruneBundles(join(ROOT, 'build'));
}

type Configure = NonNullable<BundleOptions['webpackConfigHook']>;

/** Node runs our syntax as it is; what the SDK asks for (ES2017) makes a chain of calls of each copied state. */
const keepSyntax: Configure = (config) => {
  const rules = (config.module?.rules ?? []) as readonly { readonly use?: { readonly options?: { readonly jsc?: { target: string } } } }[];
  const compilers = rules.map(({ use }) => use?.options?.jsc).filter((jsc) => jsc !== undefined);
  // Unnoticed, another SDK would give correct and slower cases.
  if (compilers.length !== 1)
    throw new Error(`The SDK configures ${compilers.length} compilers of workflow code, 1 is expected: adapt worker/bundle.ts to it.`);
  for (const jsc of compilers) jsc.target = 'es2022';
  return config;
};

function isBuilt(codePath: string): boolean {
  try {
    return readFileSync(codePath).length > 0;
  } catch {
    return false;
  }
}

/** Of all that goes into the bundle: our sources, how they are bundled (this file) and the SDK's version. */
function sourceHash(): string {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename));
  for (const folder of FOLDERS) {
    const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    for (const name of names.sort()) hash.update(`${folder}/${name}\n`).update(readFileSync(join(ROOT, folder, name)));
  }
  for (const name of SDK) hash.update(readFileSync(join(ROOT, 'node_modules', '@temporalio', name, 'package.json')));
  return hash.digest('hex').slice(0, 16);
}
