/** `npm run rebase-under-kill`: 1,000 open cases rebased while their worker is killed; the result goes to bench/results. Exit code 1 when a case was not rebased once. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { conditionsOf } from '../../bench/conditions.ts';
import { createStage } from '../integration/faults/stage.ts';
import { prepareWorkflowBundle } from '../support/workflow-bundle.ts';
import { rebaseUnderKill } from './rebase-run.ts';

const RESULTS = join(import.meta.dirname, '..', '..', 'bench', 'results');

const program = new Command('rebase-under-kill')
  .description('rebase open cases while their worker is killed, and prove that each was rebased once')
  .option('--cases <n>', 'how many', whole, 1_000)
  .option('--out <file>', 'where the JSON goes (default: bench/results/<date>-rebase.json)')
  .action(run);

await program.parseAsync(process.argv);

async function run({ cases, out }: { readonly cases: number; readonly out?: string }): Promise<void> {
  await prepareWorkflowBundle();
  const stage = await createStage();
  try {
    const conditions = await conditionsOf(stage.client, stage.databaseUrl);
    const report = (line: string) => void process.stderr.write(`${line}\n`);
    const result = await rebaseUnderKill(stage, { cases, killAt: [0.3, 0.7], report });
    const file = out ?? join(RESULTS, `${conditions.at.slice(0, 10)}-rebase.json`);
    await writeFile(file, `${JSON.stringify({ benchmark: 'rebase-under-kill', conditions, ...result }, null, 2)}\n`);
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n${file}\n`);
    process.exitCode = result.once === cases && result.batch.failed === 0 && result.violations.length === 0 ? 0 : 1;
  } finally {
    await stage.stop();
  }
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1 up is expected.');
  return value;
}
