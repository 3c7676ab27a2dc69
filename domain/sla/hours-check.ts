/**
 * What is wrong with the hours of a day. An opening that closes earlier in the day than it opens goes on past midnight; it is *reversed* when it has no length, or
 * when it would last longer than twelve hours that way: every opening shorter than twelve hours, written the wrong way round, does.
 */
import { WEEKDAYS, type CalendarDefinition, type LocalHours } from './calendar-definition.ts';
import type { CalendarProblem } from './calendar-check.ts';
import type { EffectiveCalendar } from './effective-calendar.ts';

const DAY_S = 86_400;
const LONGEST_NIGHT_S = 43_200;
const TIME_FORM = /^(\d{2}):([0-5]\d)(?::([0-5]\d))?$/;

/** Problems of one day's hours: each opening, then their order, then what two of them share. */
export function checkHours(hours: readonly LocalHours[], pointer: string): CalendarProblem[] {
  const faults = hours.flatMap((opening, index) => checkOpening(opening, `${pointer}/${index}`));
  if (faults.length > 0) return faults;
  return hours.flatMap((opening, index): CalendarProblem[] => {
    const before = hours[index - 1];
    if (before === undefined) return [];
    const [opens, previous] = [secondsOf(opening[0]), secondsOf(before[0])];
    if (opens < previous) return [{ code: 'hours_out_of_order', pointer: `${pointer}/${index}` }];
    return opens < closingOf(before) ? [{ code: 'hours_overlap', pointer: `${pointer}/${index}` }] : [];
  });
}

/** Nights that run into the hours of the next weekday. Told of the weekday this definition names; what the parents agreed among themselves is not repeated. */
export function checkNights({ weekly = {} }: CalendarDefinition, week: EffectiveCalendar['weekly']): CalendarProblem[] {
  return WEEKDAYS.flatMap((weekday, index): CalendarProblem[] => {
    const next = WEEKDAYS[(index + 1) % 7]!;
    const { hours: tonight } = week[weekday];
    const { hours: tomorrow } = week[next];
    if (weekly[weekday] === undefined && weekly[next] === undefined) return [];
    if (![...tonight, ...tomorrow].every((opening) => checkOpening(opening, '').length === 0)) return [];
    const closes = Math.max(0, ...tonight.map(closingOf)) - DAY_S;
    if (!tomorrow.some(([opens]) => secondsOf(opens) < closes)) return [];
    return [{ code: 'hours_overlap', pointer: weekly[next] === undefined ? `/weekly/${weekday}/${tonight.length - 1}` : `/weekly/${next}/0` }];
  });
}

function checkOpening([opens, closes]: LocalHours, pointer: string): CalendarProblem[] {
  // Opening at 24:00 is opening the next date at 00:00, and is to be written there.
  const invalid = [opens, closes].flatMap((time, index): CalendarProblem[] =>
    Number.isNaN(secondsOf(time)) || (index === 0 && secondsOf(time) === DAY_S) ? [{ code: 'time_invalid', pointer: `${pointer}/${index}`, detail: time }] : [],
  );
  if (invalid.length > 0) return invalid;
  const [from, to] = [secondsOf(opens), secondsOf(closes)];
  const reversed = from === to || (to < from && to + DAY_S - from > LONGEST_NIGHT_S);
  return reversed ? [{ code: 'hours_reversed', pointer, detail: `${opens}-${closes}` }] : [];
}

/** The closing in seconds of the date it opens on. */
function closingOf([opens, closes]: LocalHours): number {
  const close = secondsOf(closes);
  return close > secondsOf(opens) ? close : close + DAY_S;
}

/** Seconds of the day; NaN for what is no time. */
function secondsOf(time: string): number {
  const match = TIME_FORM.exec(time);
  if (match === null) return Number.NaN;
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  return seconds <= DAY_S ? seconds : Number.NaN;
}
