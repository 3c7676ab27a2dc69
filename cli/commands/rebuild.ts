/** `cli rebuild`: brings case and clock rows to what the event log says. */
import { createDatabase } from '../../db/knex.ts';
import { rebuildProjections } from '../../db/rebuild.ts';
import { EXIT } from '../errors.ts';

/** Prints what differed; 1 when a case's log itself does not fold and its rows were left as they are. */
export async function rebuild(databaseUrl: string, print: (text: string) => void): Promise<number> {
  const knex = createDatabase({ url: databaseUrl, applicationName: 'secondo-livello rebuild', poolSize: 2 });
  try {
    const { cases, differences } = await rebuildProjections(knex);
    for (const { caseId, what, rebuilt } of differences) print(`${caseId}: ${rebuilt ? 'rebuilt' : 'LEFT AS IT IS'} (${what.join(', ')})\n`);
    print(`${cases} cases read, ${differences.filter((difference) => difference.rebuilt).length} rebuilt\n`);
    return differences.every((difference) => difference.rebuilt) ? 0 : EXIT.difference;
  } finally {
    await knex.destroy();
  }
}
