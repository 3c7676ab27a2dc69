/** `cli incidents`: what went wrong inside the system and nobody has settled, and its settling. */
import { createDatabase } from '../../db/knex.ts';
import { assertSchemaCurrent } from '../../db/migrate.ts';
import { createIncidentRepository, type Incident, type IncidentRepository } from '../../db/repositories/incidents.ts';
import { CliError, EXIT } from '../errors.ts';
import { incidentsText } from '../incidents/report.ts';

export interface IncidentOptions {
  /** Settled ones too. @default false */
  readonly all?: boolean;
  /** @default false */
  readonly json?: boolean;
  /** Those seen last. @default 100 */
  readonly limit?: number;
  /** Ids of incidents to settle. @default none: they are listed */
  readonly resolve?: readonly number[];
  /** Why they are settled; needed with `resolve`. */
  readonly note?: string;
}

const CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Lists incidents, or settles some of them; returns the exit code: 1 where one to be settled was not open. Throws `CliError`. */
export async function incidents(databaseUrl: string, options: IncidentOptions, print: (text: string) => void): Promise<number> {
  const resolution = checkedNote(options);
  const knex = createDatabase({ url: databaseUrl, applicationName: 'secondo-livello incidents', poolSize: 2 });
  try {
    await assertSchemaCurrent(knex);
    const repository = createIncidentRepository(knex);
    return await (resolution === null ? list(repository, options, print) : settle(repository, options.resolve ?? [], resolution, options, print));
  } finally {
    await knex.destroy();
  }
}

async function list(repository: IncidentRepository, { all = false, json = false, limit = 100 }: IncidentOptions, print: (text: string) => void) {
  const found = await repository.list({ scope: { kind: 'all' }, openOnly: !all, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const more = found.length > limit;
  print(json ? `${JSON.stringify({ incidents: shown.map(jsonOf), more }, null, 2)}\n` : `${incidentsText(shown, { all, more })}\n`);
  return 0;
}

async function settle(
  repository: IncidentRepository,
  ids: readonly number[],
  resolution: string,
  { json = false }: IncidentOptions,
  print: (text: string) => void,
): Promise<number> {
  const resolved = await repository.resolve(ids, { resolution, asOf: Date.now() });
  const notOpen = [...new Set(ids)].filter((id) => !resolved.includes(id));
  if (json) print(`${JSON.stringify({ resolved, notOpen }, null, 2)}\n`);
  else {
    if (resolved.length > 0) print(`settled (${resolution}): ${resolved.join(', ')}\n`);
    if (notOpen.length > 0) print(`not open: ${notOpen.join(', ')}\n`);
  }
  return notOpen.length === 0 ? 0 : EXIT.difference;
}

/** Null when nothing is to be settled. */
function checkedNote({ resolve, note }: IncidentOptions): string | null {
  if (resolve === undefined) {
    if (note === undefined) return null;
    throw new CliError('--note says why incidents are settled, and --resolve names none.', 'Add --resolve with their ids.', EXIT.usage);
  }
  if (note === undefined || !CODE.test(note)) {
    throw new CliError(
      note === undefined ? 'Nothing says why they are settled.' : 'The note is not a code.',
      'Give --note a code of up to 64 letters, digits, dots, dashes and underscores, such as case-opened-again or a ticket number: never words about people.',
      EXIT.usage,
    );
  }
  return note;
}

function jsonOf({ at, lastSeenAt, resolvedAt, ...incident }: Incident) {
  return { ...incident, at: iso(at), lastSeenAt: iso(lastSeenAt), resolvedAt: resolvedAt === null ? null : iso(resolvedAt) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
