/** The rulebooks of an installation: its published policies with its published calendars. */
import type { Knex } from 'knex';
import { createCalendarRepository } from '../db/repositories/calendars.ts';
import { createPolicyRepository } from '../db/repositories/policies.ts';
import { createRulebookSource, type RulebookSource } from '../db/repositories/rulebook-source.ts';
import { createCalendarSource } from './calendars/calendar-source.ts';

/** `speed` divides every budget, for demonstrations; 1 leaves policies as they are. */
export function publishedRulebooks(knex: Knex, speed = 1): RulebookSource {
  const calendars = createCalendarSource(createCalendarRepository(knex));
  return createRulebookSource({ policies: createPolicyRepository(knex), snapshotsAt: (at) => calendars.effectiveSnapshots(at), speed });
}
