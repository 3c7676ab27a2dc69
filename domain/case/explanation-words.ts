/** An explanation in the words of a language: one sentence for each part, and a few that say where the clock comes from, what is left of it and why it is due then. */
import { offsetAt } from '../sla/local-time.ts';
import type { ExplainedPart } from '../sla/explanation.ts';
import type { Language } from '../language.ts';
import { speakerAt, spokenInstant, spokenLength, spokenRange, type Speaker } from '../sla/spoken-time.ts';
import { WALL_CLOCK, type CalendarSnapshot } from '../sla/calendar-snapshot.ts';
import type { Cause, ClockExplanation, ExplainedLeg } from './explanation.ts';
import type { ToldReason, Vocabulary } from './vocabulary.ts';
import { ENGLISH } from './vocabulary-en.ts';
import { ITALIAN } from './vocabulary-it.ts';
import type { BreachCause } from './codes.ts';

/** The words of a language. */
export const VOCABULARIES: Readonly<Record<Language, Vocabulary>> = { it: ITALIAN, en: ENGLISH };

/** A cause of a breach as it was set, the one in force. */
export interface GivenCause {
  readonly cause: BreachCause;
  readonly by: string;
  readonly at: number;
}

export interface ToldExplanation {
  /** The whole in sentences, from the start of the clock to its end. */
  readonly summary: readonly string[];
  /** One for each part, in order. */
  readonly parts: readonly string[];
  readonly ahead: readonly string[];
}

/** Tells an explanation in a language, as of an instant. */
export function tellExplanation(explanation: ClockExplanation, language: Language, asOf: number, given: GivenCause | null = null): ToldExplanation {
  const teller: Teller = { words: VOCABULARIES[language], speaker: speakerAt(language, explanation.calendar, asOf), language };
  const { parts, ahead } = explanation.course;
  return {
    summary: [
      ...toldStart(explanation, teller),
      ...toldChanges(explanation, teller),
      ...toldTime(explanation, teller, asOf),
      ...toldEnd(explanation, teller, given),
    ],
    parts: parts.map((part) => tellPart(explanation, part, teller, teller.words.part.counted)),
    ahead: ahead.map((part) => tellPart(explanation, part, teller, teller.words.part.toCount)),
  };
}

interface Teller {
  readonly words: Vocabulary;
  readonly speaker: Speaker;
  readonly language: Language;
}

function tellPart({ legs, pauses }: ClockExplanation, part: ExplainedPart, { words, speaker, language }: Teller, count: (ms: number) => string): string {
  const range = spokenRange(speaker, part);
  const { label = '' } = part;
  if (!part.promised) return words.part.unpromised(range);
  switch (part.kind) {
    case 'open': {
      const shift = tellShift(speaker.calendar, part, words, language);
      const roundTheClock = legs[part.leg]?.budget?.unit === 'wall';
      return roundTheClock ? words.part.roundTheClock(range, shift, count(part.countedMs)) : words.part.open(range, label, shift, count(part.countedMs));
    }
    case 'closed':
      return words.part.closed(range, label);
    case 'holiday':
      return words.part.holiday(range, label);
    case 'paused': {
      const pause = pauses[part.pause ?? -1];
      const by = words.by(pause === undefined ? null : { kind: 'person', id: pause.by, roles: [] });
      return words.part.paused(range, words.pauses[pause?.reason ?? 'WAITING_FAMILY'], by);
    }
  }
}

/** A part that counts an hour more or less than its times seem to say. */
function tellShift(calendar: CalendarSnapshot, { from, to }: ExplainedPart, words: Vocabulary, language: Language): string {
  const moved = offsetAt(calendar, to) - offsetAt(calendar, from);
  return moved === 0 || calendar.version === WALL_CLOCK.version ? '' : words.part.shift(moved < 0, spokenLength(language, Math.abs(moved)));
}

function toldStart({ clock, start, legs, due }: ClockExplanation, { words, speaker }: Teller): string[] {
  const name = words.clocks[clock.name];
  const at = spokenInstant(speaker, clock.startedAt);
  const started = start.type === 'idle' ? words.clock.startedIdle(name, at) : words.clock.started(name, at, clauseOf(start, words));
  const first = legs.find(({ budget }) => budget !== null)?.budget ?? null;
  const promisedAt = due?.promisedAt ?? null;
  if (promisedAt !== null) return [started, words.clock.promisedFor(spokenInstant(speaker, promisedAt))];
  return [started, first === null ? words.clock.nothingPromised : words.clock.promised(words.span(first))];
}

function toldChanges({ clock, legs, pauses, due }: ClockExplanation, teller: Teller): string[] {
  const changes = legs.flatMap((leg, index) => {
    const told = leg.cause === null || leg.from <= clock.startedAt ? null : tellChange(leg.cause, teller);
    return told === null ? [] : [{ at: leg.from, text: `${told}${tellNewPromise(leg, legs[index - 1], due?.promisedAt ?? null, teller)}` }];
  });
  const resumed = pauses.flatMap(({ ended }) => {
    if (ended === null || ended.at < clock.startedAt || (clock.stoppedAt !== null && ended.at > clock.stoppedAt)) return [];
    const { words, speaker } = teller;
    return [{ at: ended.at, text: words.clock.pauseEnded(spokenInstant(speaker, ended.at), tellReason(ended, words), words.by(ended.actor)) }];
  });
  return [...changes, ...resumed].sort((a, b) => a.at - b.at).map(({ text }) => capitalised(text));
}

/** What became of the promise with a change; nothing to say where it stayed the same, or was made by a person for an instant. */
function tellNewPromise(leg: ExplainedLeg, before: ExplainedLeg | undefined, promisedAt: number | null, { words }: Teller): string {
  const same = JSON.stringify(leg.budget) === JSON.stringify(before?.budget);
  if (same || (promisedAt !== null && leg.budget !== null)) return '.';
  return leg.budget === null ? words.clock.noPromiseNow : words.clock.newPromise(words.span(leg.budget));
}

function tellChange(cause: Cause, { words, speaker }: Teller): string {
  const at = spokenInstant(speaker, cause.at);
  const reason = tellReason(cause, words);
  const by = words.by(cause.actor);
  if (cause.type === 'urgencyChanged') return words.clock.urgencyChanged(at, urgencyOf(words, cause.from), urgencyOf(words, cause.to), reason, by);
  if (cause.type === 'rebased') return words.clock.rebased(at, cause.from ?? '', cause.to ?? '', reason, by);
  return words.clock.moved(at, words.territory(cause.from), words.territory(cause.to), reason, by);
}

function toldTime({ clock, course, due, legs }: ClockExplanation, { words, speaker, language }: Teller, asOf: number): string[] {
  const running = clock.status === 'running';
  const consumed = words.clock.consumed(course.consumedMs, running);
  if (due === null || course.leftMs === null || course.overMs === null) return [consumed];
  const rest = course.overMs > 0 ? [words.clock.over(course.overMs)] : running ? [words.clock.left(course.leftMs)] : [];
  const why = words.due[due.reason]({
    budget: legs[legs.length - 1]?.budget ?? null,
    promisedAt: due.promisedAt === null ? '' : spokenInstant(speaker, due.promisedAt),
    paused: due.pausedMs === 0 ? null : spokenLength(language, due.pausedMs),
  });
  return [consumed, ...rest, words.clock.due(spokenInstant(speaker, due.at), !running || due.at <= asOf, why)];
}

function toldEnd({ clock, end, due }: ClockExplanation, { words, speaker }: Teller, given: GivenCause | null): string[] {
  const sentences: string[] = [];
  if (end !== null) {
    const at = spokenInstant(speaker, clock.stoppedAt ?? end.at);
    const clause = clauseOf(end, words);
    const late = due !== null && clock.stoppedAt !== null && clock.stoppedAt > due.at;
    if (clock.status === 'met') sentences.push(words.clock.met(at, clause, late));
    else sentences.push(end.type === 'idle' ? words.clock.endedIdle(at) : words.clock.ended(at, clause));
  }
  if (clock.breach === null) return sentences;
  sentences.push(words.clock.breach(spokenInstant(speaker, clock.breach.dueAt), spokenInstant(speaker, clock.breach.detectedAt)));
  if (clock.breach.recordedLate) sentences.push(words.clock.recordedLate);
  if (given === null) return sentences;
  const by = words.by({ kind: 'person', id: given.by, roles: [] });
  return [...sentences, words.clock.cause(words.breachCauses[given.cause], by, spokenInstant(speaker, given.at))];
}

function clauseOf(cause: Cause, words: Vocabulary): string {
  return words.when[cause.type](words.by(cause.actor), cause.to);
}

/** In words; as it is when it is no reason we tell (a code of another list). */
function tellReason({ reason }: Cause, words: Vocabulary): string {
  return reason === null ? '' : (words.reasons[reason as ToldReason] ?? reason);
}

function urgencyOf(words: Vocabulary, urgency: string | null): string {
  return urgency === 'red' || urgency === 'yellow' || urgency === 'green' ? words.urgencies[urgency] : '';
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
