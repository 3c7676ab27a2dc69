/**
 * Instants and lengths in the words of Italian and English. Local dates come from the calendar's own offsets, so that an explanation shows the hours its arithmetic
 * used, on any machine. A time that the clock shows twice (the hour repeated in October) says which of the two it is.
 */
import type { CalendarSnapshot, Interval } from './calendar-snapshot.ts';
import type { Language } from '../language.ts';
import { DAY_MS, instantOf, localDayOf, offsetAt, startOfDay } from './local-time.ts';

interface TimeWords {
  readonly weekdays: readonly string[];
  readonly months: readonly string[];
  readonly day: (weekday: string, day: number, month: string) => string;
  /** With the preposition of a time of day. */
  readonly at: (date: string, time: string) => string;
  readonly fromTo: (from: string, to: string) => string;
  readonly decimal: string;
  /** First and second pass of a repeated hour. */
  readonly passes: readonly [string, string];
}

const WORDS: Readonly<Record<Language, TimeWords>> = {
  it: {
    weekdays: ['lunedì', 'martedì', 'mercoledì', 'giovedì', 'venerdì', 'sabato', 'domenica'],
    months: ['gennaio', 'febbraio', 'marzo', 'aprile', 'maggio', 'giugno', 'luglio', 'agosto', 'settembre', 'ottobre', 'novembre', 'dicembre'],
    day: (weekday, day, month) => `${weekday} ${day === 1 ? '1º' : day} ${month}`,
    at: (date, time) => `${date} ${/^1:/.test(time) ? "all'" : 'alle '}${time}`,
    fromTo: (from, to) => `da ${from} a ${to}`,
    decimal: ',',
    passes: ['prima che torni indietro l’orologio', 'dopo che è tornato indietro l’orologio'],
  },
  en: {
    weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
    months: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
    day: (weekday, day, month) => `${weekday} ${day} ${month}`,
    at: (date, time) => `${date} at ${time}`,
    fromTo: (from, to) => `from ${from} to ${to}`,
    decimal: '.',
    passes: ['before the clock goes back', 'after the clock went back'],
  },
};

/** How instants are told: in a language, on the wall clock of a calendar, with the year only where it is not the current one. */
export interface Speaker {
  readonly language: Language;
  readonly calendar: CalendarSnapshot;
  readonly year: number;
}

/** A speaker for whom the year of `now` goes without saying. */
export function speakerAt(language: Language, calendar: CalendarSnapshot, now: number): Speaker {
  return { language, calendar, year: civilOf(localDayOf(calendar, now)).year };
}

/** `lunedì 23 novembre alle 8:00`. */
export function spokenInstant(speaker: Speaker, at: number): string {
  return WORDS[speaker.language].at(spokenDay(speaker, localDayOf(speaker.calendar, at)), spokenTime(speaker, at));
}

/** `lunedì 23 novembre 8:00-10:30`; whole dates without hours; over several dates `da ... a ...`. */
export function spokenRange(speaker: Speaker, { from, to }: Interval): string {
  const { calendar, language } = speaker;
  const words = WORDS[language];
  const first = localDayOf(calendar, from);
  const last = localDayOf(calendar, to - 1);
  const wholeDays = from === startOfDay(calendar, first) && to === startOfDay(calendar, last + 1);
  if (wholeDays) return first === last ? spokenDay(speaker, first) : words.fromTo(spokenDay(speaker, first), spokenDay(speaker, last));
  if (first === last) return `${spokenDay(speaker, first)} ${spokenTime(speaker, from)}-${endTime(speaker, to, last)}`;
  return words.fromTo(spokenInstant(speaker, from), words.at(spokenDay(speaker, last), endTime(speaker, to, last)));
}

/** `2 h 30 min`; seconds and milliseconds only where there are some. */
export function spokenLength(language: Language, ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const rest = ms % 60_000;
  const seconds = `${Math.floor(rest / 1000)}${fraction(language, rest)} s`;
  return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '', rest > 0 || ms === 0 ? seconds : ''].filter((part) => part !== '').join(' ');
}

/** How many there are for the grammar of a length: one only where it is exactly one of its unit; and whether that unit is the hour (feminine in Italian). */
export function grammarOf(ms: number): { readonly one: boolean; readonly hours: boolean } {
  return { one: ms === 3_600_000 || ms === 60_000 || ms === 1000, hours: ms >= 3_600_000 };
}

function spokenDay({ language, year }: Speaker, day: number): string {
  const { weekdays, months, day: say } = WORDS[language];
  const civil = civilOf(day);
  // Day 0 was a Thursday; the second modulo keeps dates before it in range.
  const text = say(weekdays[(((day + 3) % 7) + 7) % 7]!, civil.day, months[civil.month - 1]!);
  return civil.year === year ? text : `${text} ${civil.year}`;
}

function spokenTime(speaker: Speaker, at: number): string {
  const { calendar, language } = speaker;
  const local = at + offsetAt(calendar, at);
  const pass = passOf(calendar, at, local);
  return `${timeOfDay(language, local - localDayOf(calendar, at) * DAY_MS)}${pass === null ? '' : ` (${WORDS[language].passes[pass]})`}`;
}

/** An end at midnight belongs to the date that ends: `24:00`. */
function endTime(speaker: Speaker, to: number, lastDay: number): string {
  return localDayOf(speaker.calendar, to) === lastDay ? spokenTime(speaker, to) : '24:00';
}

function timeOfDay(language: Language, ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = ms % 60_000;
  const seconds = rest === 0 ? '' : `:${two(Math.floor(rest / 1000))}${fraction(language, rest)}`;
  return `${Math.floor(ms / 3_600_000)}:${two(Math.floor((ms % 3_600_000) / 60_000))}${seconds}`;
}

function fraction(language: Language, ms: number): string {
  return ms % 1000 === 0 ? '' : `${WORDS[language].decimal}${String(ms % 1000).padStart(3, '0')}`;
}

/** 0 or 1 for the first or second pass of a local time shown twice; null for every other. */
function passOf(calendar: CalendarSnapshot, at: number, local: number): 0 | 1 | null {
  if (instantOf(calendar, local) !== at) return 1;
  const later = calendar.offsets.some(([since, offset], index) => {
    const before = calendar.offsets[index - 1]?.[1];
    return before !== undefined && since > at && local - offset >= since && offset < before;
  });
  return later ? 0 : null;
}

/** Year, month and day of a local date: the proleptic Gregorian calendar in integers (the sandbox has no zone library, and needs none for this). */
function civilOf(day: number): { readonly year: number; readonly month: number; readonly day: number } {
  // Counted in 400-year eras from 1 March of year 0, so that the leap day is the last of its year.
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 };
}
