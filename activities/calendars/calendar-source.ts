/**
 * The calendars in force at an instant, built and ready to be pinned by a case. The contract:
 * 1. A territory counts by the calendar of its name (`municipio-6`, `central`, a team's), else by the city's; before anything was published, by the city calendar
 *    every installation is seeded with.
 * 2. One small query a call; what a version says is read once, because it never changes, and a snapshot is built once for each content and year.
 * 3. The same object as long as nothing changed: whoever composes a rulebook may compare by identity.
 * 4. It never refuses: a calendar that cannot be put together any more (none that was published through the API) is left out, its territory counts by the city's.
 */
import type { CalendarInForce, CalendarRepository } from '../../db/repositories/calendars.ts';
import { territoryOf, type CalendarDefinition } from '../../domain/sla/calendar-definition.ts';
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import { chainOf, effectiveCalendar, type FindDefinition } from '../../domain/sla/effective-calendar.ts';
import type { Rulebook } from '../../domain/sla/policy.ts';
import { effectiveSnapshot, HORIZON_YEARS } from './effective-snapshot.ts';
import { milanCalendar } from './milan-calendar.ts';
import { isTimeZone, yearOf } from './zones.ts';

/** The calendars half of a rulebook. */
export type EffectiveCalendars = Pick<Rulebook, 'calendars' | 'calendarOf'>;

export interface CalendarSource {
  /** What a case that opens at `at` counts by. */
  effectiveSnapshots(at: number): Promise<EffectiveCalendars>;
  /** The definitions in force at an instant, by id. */
  definitionsAt(at: number): Promise<ReadonlyMap<string, CalendarDefinition>>;
}

/** Versions replaced long ago are of no use: past so many the memory starts afresh. */
const MOST_REMEMBERED = 500;
/** Every zone's year turns on a quarter of an hour. */
const QUARTER_MS = 900_000;

export function createCalendarSource(repository: Pick<CalendarRepository, 'inForce' | 'definitions'>): CalendarSource {
  const load = createDefinitionMemory(repository);
  let latest: { readonly key: string; readonly calendars: EffectiveCalendars } | undefined;
  return {
    async effectiveSnapshots(at) {
      const inForce = await repository.inForce(at);
      const key = [...inForce.map(contentKey), Math.floor(at / QUARTER_MS)].join();
      if (latest?.key === key) return latest.calendars;
      const composed = composeCalendars(await load(inForce), at);
      const isSame = latest !== undefined && JSON.stringify(latest.calendars.calendarOf) === JSON.stringify(composed.calendarOf);
      latest = { key, calendars: isSame ? latest!.calendars : composed };
      return latest.calendars;
    },
    definitionsAt: async (at) => load(await repository.inForce(at)),
  };
}

/** Reads what versions say once. */
function createDefinitionMemory(repository: Pick<CalendarRepository, 'definitions'>) {
  const memory = new Map<string, CalendarDefinition>();
  return async function load(inForce: readonly CalendarInForce[]): Promise<ReadonlyMap<string, CalendarDefinition>> {
    if (memory.size > MOST_REMEMBERED) memory.clear();
    const missing = inForce.filter((one) => !memory.has(contentKey(one)));
    const found = await repository.definitions(missing);
    for (const one of missing) {
      const definition = found.get(`${one.calendarId}@${one.version}`);
      if (definition !== undefined) memory.set(contentKey(one), definition);
    }
    return new Map(inForce.flatMap((one) => (memory.has(contentKey(one)) ? [[one.calendarId, memory.get(contentKey(one))!] as const] : [])));
  };
}

function contentKey({ calendarId, version, hash }: CalendarInForce): string {
  return `${calendarId}@${version}#${hash}`;
}

/** The snapshots of every territory with a calendar of its own, and the city's for all others. */
export function composeCalendars(definitions: ReadonlyMap<string, CalendarDefinition>, at: number): EffectiveCalendars {
  const built = [...definitions.values()].flatMap((definition) => {
    const territory = territoryOf(definition.id);
    const snapshot = territory === null ? null : snapshotIn(definition, (id) => definitions.get(id), at);
    return snapshot === null ? [] : [[territory!, snapshot] as const];
  });
  const territories = built.some(([territory]) => territory === '*')
    ? built
    : [...built, ['*', milanCalendar(yearOf(at, 'Europe/Rome'), HORIZON_YEARS)] as const];
  return {
    calendars: Object.fromEntries(territories.map(([, snapshot]) => [snapshot.version, snapshot])),
    calendarOf: Object.fromEntries(territories.map(([territory, { version }]) => [territory, version])),
  };
}

/** A calendar as a case that opens at `at` would pin it; null when it cannot be put together. */
function snapshotIn(definition: CalendarDefinition, find: FindDefinition, at: number): CalendarSnapshot | null {
  const found = chainOf(definition, find);
  if (!found.ok) return null;
  const calendar = effectiveCalendar(found.chain);
  return isTimeZone(calendar.timeZone) ? effectiveSnapshot(calendar, yearOf(at, calendar.timeZone)) : null;
}
