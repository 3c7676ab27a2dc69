/** A deadline tried out on a calendar, as data and in words. */
import type { Language } from '../../domain/language.ts';
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import type { ExplainedPart } from '../../domain/sla/explanation.ts';
import { DAY_MS, offsetAt, startOfDay } from '../../domain/sla/local-time.ts';
import type { Span } from '../../domain/sla/policy.ts';
import type { Simulation } from '../../domain/sla/simulation.ts';
import { speakerAt, spokenInstant, spokenLength, spokenRange, type Speaker } from '../../domain/sla/spoken-time.ts';
import { toIso } from '../instants.ts';
import type { SimulationViewBody } from '../schemas/calendar-simulation.ts';
import type { Chosen } from '../services/calendar-choice.ts';

interface Words {
  readonly open: (range: string, length: string, label: string) => string;
  readonly closed: (range: string, label: string) => string;
  readonly paused: (range: string) => string;
  readonly day: (date: string, counted: boolean, label: string) => string;
  readonly due: (start: string, amount: string, due: string) => string;
  readonly working: (length: string) => string;
  readonly wall: (length: string) => string;
  readonly days: (days: number, endOfDay: boolean) => string;
}

const because = (text: string, label: string): string => (label === '' ? text : `${text} (${label})`);

const WORDS: Readonly<Record<Language, Words>> = {
  it: {
    open: (range, length, label) => because(`${range}: aperto, contano ${length}`, label),
    closed: (range, label) => because(`${range}: chiuso`, label),
    paused: (range) => `${range}: in pausa`,
    day: (date, counted, label) => because(`${date}: ${counted ? 'conta' : 'non conta, chiuso'}`, label),
    due: (start, amount, due) => `${start} più ${amount}: scade ${due}.`,
    working: (length) => `${length} di apertura`,
    wall: (length) => `${length} di orologio`,
    days: (days, endOfDay) => `${days} ${days === 1 ? 'giorno' : 'giorni'} di servizio${endOfDay ? ', fino alla chiusura' : ''}`,
  },
  en: {
    open: (range, length, label) => because(`${range}: open, ${length} counted`, label),
    closed: (range, label) => because(`${range}: closed`, label),
    paused: (range) => `${range}: paused`,
    day: (date, counted, label) => because(`${date}: ${counted ? 'counts' : 'does not count, closed'}`, label),
    due: (start, amount, due) => `${start} plus ${amount}: due ${due}.`,
    working: (length) => `${length} of opening time`,
    wall: (length) => `${length} of clock time`,
    days: (days, endOfDay) => `${days} service ${days === 1 ? 'day' : 'days'}${endOfDay ? ', up to its closing' : ''}`,
  },
};

export interface Tried {
  readonly chosen: Chosen;
  readonly snapshot: CalendarSnapshot;
  readonly start: number;
  readonly span: Span;
  readonly result: Simulation;
  readonly asOf: number;
}

export function simulationView(tried: Tried): SimulationViewBody {
  const { chosen, snapshot, start, span, result, asOf } = tried;
  return {
    asOf: toIso(asOf),
    calendar: calendarOf(chosen, snapshot),
    start: toIso(start),
    amount: { ...span },
    dueAt: toIso(result.dueAt),
    dueLocal: localIso(snapshot, result.dueAt),
    countedMs: result.countedMs,
    segments: result.parts.map(({ from, to, kind, countedMs, label }) => ({
      ...{ from: toIso(from), to: toIso(to), kind, countedMs },
      ...(label === undefined ? {} : { label }),
    })),
    dates: result.dates.map(({ day, counted, label }) => ({ date: dateOf(day), counted, ...(label === '' ? {} : { label }) })),
    because: { it: sentences('it', tried), en: sentences('en', tried) },
  };
}

export function calendarOf({ version, effective: { id, chain, timeZone } }: Chosen, snapshot: CalendarSnapshot): SimulationViewBody['calendar'] {
  return { id, version, timeZone, chain: [...chain], snapshot: snapshot.version };
}

/** What the wall shows, with the offset it has then: the repeated hour of October is told apart by it. */
function localIso(snapshot: CalendarSnapshot, at: number): string {
  const offset = offsetAt(snapshot, at);
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${toIso(at + offset).slice(0, -1)}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** A local date by its number. */
export function dateOf(day: number): string {
  return toIso(day * DAY_MS).slice(0, 10);
}

function sentences(language: Language, { snapshot, start, span, result, asOf }: Tried): string[] {
  const words = WORDS[language];
  const speaker = speakerAt(language, snapshot, asOf);
  const lines = result.dates.length > 0 ? result.dates.map((date) => daySentence(speaker, date)) : result.parts.map((part) => partSentence(speaker, part));
  return [...lines, capital(words.due(spokenInstant(speaker, start), amountWords(language, span), spokenInstant(speaker, result.dueAt)))];
}

function partSentence(speaker: Speaker, part: ExplainedPart): string {
  const words = WORDS[speaker.language];
  const range = capital(spokenRange(speaker, part));
  if (part.kind === 'open') return words.open(range, spokenLength(speaker.language, part.countedMs), part.label ?? '');
  return part.kind === 'paused' ? words.paused(range) : words.closed(range, part.label ?? '');
}

function daySentence(speaker: Speaker, { day, counted, label }: Simulation['dates'][number]): string {
  const { calendar, language } = speaker;
  const date = spokenRange(speaker, { from: startOfDay(calendar, day), to: startOfDay(calendar, day + 1) });
  return WORDS[language].day(capital(date), counted, label);
}

function amountWords(language: Language, span: Span): string {
  const words = WORDS[language];
  if (span.unit === 'businessDays') return words.days(span.days, span.endOfDay === true);
  return (span.unit === 'wall' ? words.wall : words.working)(spokenLength(language, span.ms));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
