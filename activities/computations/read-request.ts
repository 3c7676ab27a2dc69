/** A request as it was written, read into a question that only lacks its calendars. */
import type { CalendarSnapshot, Interval } from '../../domain/sla/calendar-snapshot.ts';
import type { Computation } from '../../domain/sla/computation.ts';
import type { Span } from '../../domain/sla/policy.ts';
import { asFields, flagOf, instantOf, listOf, numberOf, type Fields } from './fields.ts';
import { RequestFault } from './request-fault.ts';

/** A calendar of a request, and where in it. */
export interface WrittenCalendar {
  readonly written: unknown;
  readonly pointer: string;
}

export interface ReadRequest {
  readonly calendars: readonly WrittenCalendar[];
  /** The instants its calendars must cover at the least. */
  readonly first: number;
  readonly last: number;
  /** The question, with a snapshot for each of `calendars`. */
  readonly bind: (calendars: readonly CalendarSnapshot[]) => Computation;
}

const DAY_MS = 86_400_000;
/** A hundred years, in seconds and in days. */
const MOST_SECONDS = 36_525 * 86_400;
const MOST_DAYS = 36_525;
const MOST_INTERVALS = 1_000;
/** A calendar that opens once a week. */
const DAYS_A_BUSINESS_DAY = 7;

/**
 * Reads a request.
 * @throws RequestFault
 */
export function readRequest(raw: Fields): ReadRequest {
  const { kind } = raw;
  const read = typeof kind === 'string' ? READERS.get(kind) : undefined;
  if (read === undefined) throw new RequestFault('kind_unknown', '/kind');
  return read(raw);
}

const READERS: ReadonlyMap<string, (raw: Fields) => ReadRequest> = new Map(
  Object.entries({
    deadline(raw) {
      const [start, workingMs, pauses] = [instantOf(raw, 'start', ''), secondsOf(raw, 'workingSeconds'), pausesOf(raw, null)];
      return about(raw, start, start, (calendar) => ({ kind: 'deadline', calendar, start, workingMs, pauses }));
    },
    elapsed(raw) {
      const [start, end] = [instantOf(raw, 'start', ''), instantOf(raw, 'end', '')];
      const pauses = pausesOf(raw, end);
      return about(raw, Math.min(start, end), Math.max(start, end), (calendar) => ({ kind: 'elapsed', calendar, start, end, pauses }));
    },
    pausedTotal(raw) {
      const pauses = pausesOf(raw, null);
      const first = pauses.reduce((least, { from }) => Math.min(least, from), pauses[0]?.from ?? 0);
      const last = pauses.reduce((most, { to }) => Math.max(most, to), first);
      return about(raw, first, last, (calendar) => ({ kind: 'pausedTotal', calendar, pauses }));
    },
    businessDays(raw) {
      const [from, span, pauses] = [instantOf(raw, 'start', ''), daysOf(raw, 'days', '', raw), pausesOf(raw, null)];
      return about(raw, from, from, (calendar) => ({ kind: 'businessDays', calendar, from, span, pauses }));
    },
    ladder(raw) {
      const [from, span, pauses] = [instantOf(raw, 'deadline', ''), offsetOf(raw), pausesOf(raw, null)];
      return about(raw, from, from, (calendar) => ({ kind: 'ladder', calendar, from, span, pauses }));
    },
    policyChange: readPolicyChange,
    nextOpen(raw) {
      const at = instantOf(raw, 'at', '');
      return about(raw, at, at, (calendar) => ({ kind: 'nextOpen', calendar, at }));
    },
    isOpen(raw) {
      const at = instantOf(raw, 'at', '');
      return about(raw, at, at, (calendar) => ({ kind: 'isOpen', calendar, at }));
    },
    openIntervals(raw) {
      const [from, take] = [instantOf(raw, 'from', ''), takeOf(raw)];
      return about(raw, from, from, (calendar) => ({ kind: 'openIntervals', calendar, from, take }));
    },
  } satisfies Readonly<Record<Computation['kind'], (raw: Fields) => ReadRequest>>),
);

/** A question on one calendar. */
function about(raw: Fields, first: number, last: number, ask: (calendar: CalendarSnapshot) => Computation): ReadRequest {
  return { calendars: [{ written: raw['calendar'], pointer: '/calendar' }], first, last, bind: ([calendar]) => ask(calendar!) };
}

/** The promise made at the start and those that replaced it, in the order they did. A change may bring a budget, a calendar, or both. */
function readPolicyChange(raw: Fields): ReadRequest {
  const start = instantOf(raw, 'start', '');
  const pauses = pausesOf(raw, null);
  const changes = listOf(raw, 'changes', '').map((item, index) => {
    const pointer = `/changes/${index}`;
    const change = asFields(item, pointer);
    return { change, pointer, at: Math.max(start, instantOf(change, 'at', pointer)) };
  });
  changes.sort((a, b) => a.at - b.at);
  const calendars: WrittenCalendar[] = [{ written: raw['calendar'], pointer: '/calendar' }];
  const targets = [{ from: start, budget: budgetOf(raw, '', raw), calendar: 0 }];
  for (const { change, pointer, at } of changes) {
    const last = targets[targets.length - 1]!;
    const moved = change['calendar'] !== undefined && change['calendar'] !== null;
    if (moved) calendars.push({ written: change['calendar'], pointer: `${pointer}/calendar` });
    const says = moved && change['workingSeconds'] === undefined && change['days'] === undefined;
    targets.push({ from: at, budget: says ? last.budget : budgetOf(change, pointer, raw), calendar: moved ? calendars.length - 1 : last.calendar });
  }
  const days = Math.max(0, ...targets.map(({ budget }) => (budget.unit === 'businessDays' ? budget.days : 0)));
  return {
    calendars,
    first: start,
    last: (changes[changes.length - 1]?.at ?? start) + days * DAYS_A_BUSINESS_DAY * DAY_MS,
    bind: (snapshots) => ({
      kind: 'policyChange',
      pauses,
      targets: targets.map(({ from, budget, calendar }) => ({ from, budget, calendar: snapshots[calendar]! })),
    }),
  };
}

/** `defaults` says whether days go to the end of the day where the change itself does not. */
function budgetOf(owner: Fields, at: string, defaults: Fields): Span {
  if (owner['days'] !== undefined && owner['days'] !== null) return daysOf(owner, 'days', at, defaults);
  return { unit: 'working', ms: secondsOf(owner, 'workingSeconds', at) };
}

function offsetOf(raw: Fields): Span {
  if (raw['offsetBusinessDays'] !== undefined && raw['offsetBusinessDays'] !== null) return daysOf(raw, 'offsetBusinessDays', '', raw);
  return { unit: 'working', ms: secondsOf(raw, 'offsetWorkingSeconds') };
}

function secondsOf(owner: Fields, name: string, at = ''): number {
  const seconds = numberOf(owner, name, at, MOST_SECONDS, false);
  if (seconds === undefined) throw new RequestFault('field_missing', `${at}/${name}`);
  return Math.round(seconds * 1_000);
}

function daysOf(owner: Fields, name: string, at: string, defaults: Fields): Span {
  const days = numberOf(owner, name, at, MOST_DAYS, true);
  if (days === undefined) throw new RequestFault('field_missing', `${at}/${name}`);
  const says = owner['endOfWorkingDay'] === undefined ? defaults : owner;
  return { unit: 'businessDays', days, endOfDay: flagOf(says, 'endOfWorkingDay', says === owner ? at : '') };
}

function takeOf(raw: Fields): number {
  const take = numberOf(raw, 'take', '', MOST_INTERVALS, true);
  if (take === undefined) throw new RequestFault('field_missing', '/take');
  if (take < 1) throw new RequestFault('field_invalid', '/take');
  return take;
}

/** Pauses in any order, overlapping or not; `openUntil` ends one that has no end. */
function pausesOf(raw: Fields, openUntil: number | null): readonly Interval[] {
  const written = listOf(raw, 'pauses', '');
  return written.map((item, index) => {
    const pointer = `/pauses/${index}`;
    const pause = asFields(item, pointer);
    const from = instantOf(pause, 'from', pointer);
    if (pause['to'] !== undefined && pause['to'] !== null) return { from, to: instantOf(pause, 'to', pointer) };
    if (openUntil === null) throw new RequestFault('pause_without_end', `${pointer}/to`);
    return { from, to: openUntil };
  });
}
