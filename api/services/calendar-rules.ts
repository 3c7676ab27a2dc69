/** What stands in the way of a calendar: its own faults, those it would cause in others, and what is worth a look. */
import type { Knex } from 'knex';
import { isTimeZone } from '../../activities/calendars/zones.ts';
import type { CalendarRepository } from '../../db/repositories/calendars.ts';
import { checkCalendar, type CalendarProblem } from '../../domain/sla/calendar-check.ts';
import { CITY_CALENDAR, type CalendarDefinition } from '../../domain/sla/calendar-definition.ts';
import { brokenIn, strainedIn, type Broken, type CalendarWorld } from '../../domain/sla/calendar-world.ts';
import { chainOf, effectiveCalendar, type EffectiveCalendar } from '../../domain/sla/effective-calendar.ts';

export interface Findings {
  readonly problems: readonly CalendarProblem[];
  /** Other calendars that could not be counted by any more. */
  readonly broken: readonly Broken[];
  /** Others that still count, with something to look at. */
  readonly strained: readonly Broken[];
  /** The last holiday known, when it comes sooner than a case may last; null when all is well. */
  readonly holidaysEnd: string | null;
  /** Null when it cannot be put together. */
  readonly effective: EffectiveCalendar | null;
}

export interface CalendarRules {
  /** The definitions in force at an instant, by id; where a calendar is not in force, as it will be, else its draft. */
  knownAt(at: number, trx?: Knex): Promise<CalendarWorld>;
  /** A draft, among everything known: its parent may be a draft still. */
  draftProblems(definition: CalendarDefinition, at: number, trx?: Knex): Promise<readonly CalendarProblem[]>;
  /** What publishing it for an instant would meet, then and at each published change ahead. */
  findings(definition: CalendarDefinition, validFrom: number, trx?: Knex): Promise<Findings>;
  /** Calendars that cannot be counted by from an instant on; the city's when `mustHaveCity` and there is none. */
  brokenFrom(at: number, mustHaveCity: boolean, trx?: Knex): Promise<readonly Broken[]>;
}

type MutableWorld = Map<string, CalendarDefinition>;

const FAR_AHEAD = Date.UTC(9_000, 0);
/** A case may be open for so long, and its snapshot looks so far. */
const HOLIDAYS_AHEAD_YEARS = 2;

export function createCalendarRules(calendars: CalendarRepository): CalendarRules {
  const knownAt: CalendarRules['knownAt'] = async (at, trx) => {
    const drafts = (await calendars.drafts(trx)).map((definition) => [definition.id, definition] as const);
    return new Map([...drafts, ...(await worldAt(calendars, FAR_AHEAD, trx)), ...(await worldAt(calendars, at, trx))]);
  };
  return {
    knownAt,
    async draftProblems(definition, at, trx) {
      const known = await knownAt(at, trx);
      return checkCalendar(definition, { find: (id) => known.get(id), isTimeZone });
    },
    async findings(definition, validFrom, trx) {
      const replacedAt = await nextVersionAfter(calendars, definition.id, validFrom, trx);
      return findingsIn(definition, validFrom, replacedAt, await worldsFrom(calendars, validFrom, trx));
    },
    async brokenFrom(at, mustHaveCity, trx) {
      const worlds = (await worldsFrom(calendars, at, trx)).map(({ world }) => world);
      const city: Broken = { calendarId: CITY_CALENDAR, problems: [{ code: 'never_open', pointer: '' }] };
      const missing = mustHaveCity && worlds.some((world) => !world.has(CITY_CALENDAR));
      return [...(missing ? [city] : []), ...worlds.flatMap((world) => brokenIn(world, isTimeZone))];
    },
  };
}

/** A definition with what it inherits; null when the chain is broken. */
export function effectiveIn(definition: CalendarDefinition, world: CalendarWorld): EffectiveCalendar | null {
  const found = chainOf(definition, (id) => world.get(id));
  return found.ok ? effectiveCalendar(found.chain) : null;
}

interface WorldThen {
  readonly instant: number;
  readonly world: MutableWorld;
}

async function worldAt(calendars: CalendarRepository, at: number, trx?: Knex): Promise<MutableWorld> {
  const found = await calendars.definitions(await calendars.inForce(at, trx), trx);
  return new Map([...found.values()].map((definition) => [definition.id, definition]));
}

/** As it is at an instant, and after each change that is published already. */
async function worldsFrom(calendars: CalendarRepository, at: number, trx?: Knex): Promise<WorldThen[]> {
  const worlds: WorldThen[] = [];
  for (const instant of [at, ...(await calendars.changesAfter(at, trx))]) worlds.push({ instant, world: await worldAt(calendars, instant, trx) });
  return worlds;
}

/** When a later version takes over that is published already. */
async function nextVersionAfter(calendars: CalendarRepository, calendarId: string, at: number, trx?: Knex): Promise<number> {
  const heads = await calendars.heads(calendarId, trx);
  return Math.min(Number.POSITIVE_INFINITY, ...heads.flatMap(({ status, validFrom }) => (status === 'published' && validFrom! > at ? [validFrom!] : [])));
}

/** The worlds are changed on the way: the definition takes its place in those it would be in force in. */
function findingsIn(definition: CalendarDefinition, validFrom: number, replacedAt: number, worlds: readonly WorldThen[]): Findings {
  const first = worlds[0]!.world;
  const problems = checkCalendar(definition, { find: (id) => first.get(id), isTimeZone });
  // What is wrong in itself says nothing of others.
  if (problems.length > 0) return { problems, broken: [], strained: [], holidaysEnd: null, effective: null };
  for (const { instant, world } of worlds) if (instant < replacedAt) world.set(definition.id, definition);
  const broken = new Map(worlds.flatMap(({ world }) => brokenIn(world, isTimeZone)).map((one) => [one.calendarId, one]));
  const effective = effectiveIn(definition, first);
  return {
    ...{ problems, broken: [...broken.values()], effective },
    strained: strainedIn(first, definition.id, isTimeZone),
    holidaysEnd: effective === null ? null : lastHolidayBefore(effective, validFrom),
  };
}

function lastHolidayBefore({ days }: EffectiveCalendar, validFrom: number): string | null {
  const last = days.findLast(({ kind }) => kind === 'holiday')?.date;
  const until = new Date(validFrom);
  until.setUTCFullYear(until.getUTCFullYear() + HOLIDAYS_AHEAD_YEARS);
  return last !== undefined && last < until.toISOString().slice(0, 10) ? last : null;
}
