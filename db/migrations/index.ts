/** Every migration in order, named one by one: a file that is not listed does not exist, and a stored name never depends on where files lie. */
import { readFileSync } from 'node:fs';

export interface SqlMigration {
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly SqlMigration[] = [
  '0001_case_log',
  '0002_case_rows',
  '0003_around_the_log',
  '0004_last_changes',
  '0005_commands_by_id',
  '0006_upkeep',
  '0010_calendars',
  '0011_policies',
  '0012_rebases',
  '0013_staff_and_nights',
  '0015_breach_reviews',
  '0020_protected_data',
].map((name) => ({
  name,
  sql: readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8'),
}));
