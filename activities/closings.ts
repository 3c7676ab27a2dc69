/** Closings of the territories, and the lists made before them. */
import { log } from '@temporalio/activity';
import type { HandoverListRepository } from '../db/repositories/handover-lists.ts';
import type { RulebookSource } from '../db/repositories/rulebook-source.ts';
import type { StaffMessageRepository } from '../db/repositories/staff-messages.ts';
import { WALL_CLOCK, type CalendarSnapshot } from '../domain/sla/calendar-snapshot.ts';
import { serviceDayAfter, serviceDayBefore } from '../domain/sla/closings.ts';
import { NO_POLICY } from '../domain/sla/no-policy.ts';
import type { Territory } from '../domain/sla/policy.ts';
import type { Closings } from '../workflows/closings/messages.ts';
import type { BeginNotification } from './notify/begin.ts';

export interface ClosingDeps {
  readonly territories: readonly Territory[];
  readonly rulebooks: Pick<RulebookSource, 'withCalendars'>;
  readonly handoverLists: Pick<HandoverListRepository, 'current' | 'store'>;
  readonly staffMessages: Pick<StaffMessageRepository, 'insert'>;
  readonly begin: BeginNotification;
}

const LEAD_MS = 30 * 60_000;

export function createClosingActivities(deps: ClosingDeps) {
  return {
    /** The first closings whose lists are due after an instant; null when nobody closes within a year. */
    async nextClosings({ after, at }: { readonly after: number; readonly at: number }): Promise<Closings | null> {
      const calendarOf = await calendarsOf(deps, at);
      const found = deps.territories.flatMap((territory) => {
        const day = serviceDayAfter(calendarOf(territory), after + LEAD_MS);
        return day === null ? [] : [{ territory, closesAt: day.closesAt }];
      });
      if (found.length === 0) return null;
      const closesAt = Math.min(...found.map((one) => one.closesAt));
      const territories = found.filter((one) => one.closesAt === closesAt).map(({ territory }) => territory);
      return { listAt: closesAt - LEAD_MS, closesAt, territories };
    },

    /** Lists, keeps and tells. A closing already slept over is passed by: nobody is served by yesterday's list. */
    async makeHandoverLists({ closesAt, territories, at: asOf }: Closings & { readonly at: number }): Promise<void> {
      const calendarOf = await calendarsOf(deps, asOf);
      for (const municipio of territories) {
        const opensAgainAt = serviceDayAfter(calendarOf(municipio), closesAt)?.opensAt;
        if (opensAgainAt !== undefined && opensAgainAt <= asOf) log.warn('a closing passed without its hand-over list', { municipio, closesAt });
        else await makeList(deps, municipio, { closesAt, asOf, since: serviceDayBefore(calendarOf(municipio), asOf)?.opensAt ?? asOf });
      }
    },
  };
}

export type ClosingActivities = ReturnType<typeof createClosingActivities>;

async function makeList(
  { handoverLists, staffMessages, begin }: ClosingDeps,
  municipio: Territory,
  { closesAt, asOf, since }: { readonly closesAt: number; readonly asOf: number; readonly since: number },
): Promise<void> {
  const items = await handoverLists.current(municipio, { asOf, since });
  const { madeAt, items: kept } = await handoverLists.store({ municipio, closesAt, madeAt: asOf, items });
  // An empty list is kept as well, and tells nobody anything.
  if (kept.length === 0) return;
  const key = `handover:${municipio}:${new Date(closesAt).toISOString()}`;
  const about = { caseId: null, municipio, audience: ['coordinator', 'shiftLeader'] as const, alert: null, clockId: null };
  await staffMessages.insert({ key, kind: 'handover_list', ...about, createdAt: madeAt });
  await begin({ key, caseWorkflow: null });
}

async function calendarsOf({ rulebooks }: ClosingDeps, at: number): Promise<(territory: Territory) => CalendarSnapshot> {
  const { calendars, calendarOf } = await rulebooks.withCalendars(at, NO_POLICY);
  return (territory) => calendars[calendarOf[territory] ?? calendarOf['*'] ?? ''] ?? WALL_CLOCK;
}
