// The one command behind `npm test`: static checks and every Jest project, counted together, with `N passed, N failed` as the last line.
// 1. A check (types, lint, layers, format, dead code) counts as one test.
// 2. A suite that does not load counts as one failed test; so does a Jest process that dies without a report.
// 3. A skipped or todo test counts as failed: nothing is left out in silence.
// 4. A Jest process that has reported but does not end has left something open: it is ended and counts as one failed test.
// 5. Exit code 1 when anything failed or no test ran.
// 6. Integration tests wait for servers most of their time: they run beside the rest, and what they say follows at the end.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

type Tally = { passed: number; failed: number };
type Project = { name: string; serial: boolean; fast: boolean; beside?: boolean };
type JestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
  success: boolean;
};

const ROOT = join(import.meta.dirname, '..');
const REPORTS = join(ROOT, 'build', 'test');

const CHECKS = ['typecheck', 'lint:code', 'lint:layers', 'lint:format', 'knip'];

// Time is global on the time-skipping server and the integration tests share two servers: both run one file at a time.
const PROJECTS: Project[] = [
  { name: 'unit', serial: false, fast: true },
  { name: 'workflow', serial: true, fast: true },
  { name: 'integration', serial: true, fast: false, beside: true },
  { name: 'faults', serial: true, fast: false },
];

const LINGER_MS = 20_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

type Run = { code: number; output: string };
type Watch = (child: ChildProcess) => NodeJS.Timeout;

async function run(command: string, args: string[], env: NodeJS.ProcessEnv, quiet: boolean, watch?: Watch): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    const timer = watch?.(child);
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}

async function runCheck(name: string): Promise<Tally> {
  const started = Date.now();
  const { code, output } = await run('npm', ['run', '--silent', name], process.env, true);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`${code === 0 ? 'PASS' : 'FAIL'} ${name} (${seconds} s)`);
  if (code === 0) return { passed: 1, failed: 0 };
  say(output.trimEnd());
  return { passed: 0, failed: 1 };
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}

function tally(report: JestReport | undefined, code: number): Tally {
  if (report === undefined) return { passed: 0, failed: 1 };
  const skipped = report.numPendingTests + report.numTodoTests;
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites + skipped;
  // Jest may fail for a reason that is no test (a broken teardown): that is a failure too.
  return { passed: report.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}

/** Ends a Jest process that still runs a while after its report. */
function endWhenLingering(file: string): Watch {
  return (child) => {
    let reportedAt: number | undefined;
    return setInterval(() => {
      if (reportedAt === undefined && existsSync(file)) reportedAt = Date.now();
      if (reportedAt === undefined || Date.now() - reportedAt < LINGER_MS) return;
      say('FAIL Jest reported but does not end: a test left a timer, a connection or a process open');
      child.kill('SIGKILL');
    }, 1_000);
  };
}

async function runProject(project: Project, extra: string[]): Promise<Tally> {
  const file = join(REPORTS, `${project.name}.json`);
  rmSync(file, { force: true });
  const args = ['node_modules/jest/bin/jest.js', '--selectProjects', project.name, '--passWithNoTests', '--json', `--outputFile=${file}`, ...extra];
  if (project.serial) args.push('--runInBand');
  const options = `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`;
  const quiet = project.beside === true;
  const { code, output } = await run(process.execPath, args, { ...process.env, NODE_OPTIONS: options.trim() }, quiet, endWhenLingering(file));
  if (quiet) say(output.trimEnd());
  const report = readReport(file);
  if (report === undefined) say(`FAIL ${project.name}: Jest ended without a report`);
  const skipped = report === undefined ? 0 : report.numPendingTests + report.numTodoTests;
  if (skipped > 0) say(`FAIL ${project.name}: ${skipped} skipped or todo tests (each counts as failed)`);
  return tally(report, code);
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const fast = argv.includes('--fast');
  const extra = argv.filter((argument) => argument !== '--fast');
  mkdirSync(REPORTS, { recursive: true });
  const projects = PROJECTS.filter((project) => !fast || project.fast);
  const beside = Promise.all(projects.filter((project) => project.beside === true).map((project) => runProject(project, extra)));
  const checks: Tally[] = [];
  if (!fast) for (const name of CHECKS) checks.push(await runCheck(name));
  const suites: Tally[] = [];
  for (const project of projects) if (project.beside !== true) suites.push(await runProject(project, extra));
  suites.push(...(await beside));
  const ran = suites.reduce((sum, one) => sum + one.passed + one.failed, 0);
  if (ran === 0) say('FAIL no test ran');
  const all = [...checks, ...suites, { passed: 0, failed: ran === 0 ? 1 : 0 }];
  const passed = all.reduce((sum, one) => sum + one.passed, 0);
  const failed = all.reduce((sum, one) => sum + one.failed, 0);
  say(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
