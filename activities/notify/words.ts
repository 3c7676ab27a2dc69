/** The words of notifications, in both languages. They leave the house: case, municipio, urgency, promise and instant, and nothing about a family. */
import { ENGLISH } from '../../domain/case/vocabulary-en.ts';
import { ITALIAN } from '../../domain/case/vocabulary-it.ts';
import type { ClockName, Territory, Urgency } from '../../domain/sla/policy.ts';
import type { HandoverItem } from '../../domain/staff/handover-list.ts';
import type { Language } from '../../domain/language.ts';

export interface AlertFacts {
  readonly kind: 'alert';
  readonly key: string;
  readonly caseId: string;
  readonly municipio: Territory | null;
  readonly urgency: Urgency;
  readonly promise: ClockName | 'nightHandover';
  readonly dueAt: number | null;
  /** Answered or settled since it was raised. */
  readonly answered: boolean;
}

export interface ListFacts {
  readonly kind: 'handover_list';
  readonly key: string;
  readonly municipio: Territory;
  readonly closesAt: number;
  readonly items: readonly HandoverItem[];
}

export type NoticeFacts = AlertFacts | ListFacts;

interface Words {
  readonly locale: string;
  readonly alert: string;
  readonly list: string;
  readonly case: string;
  readonly municipio: string;
  readonly urgency: string;
  readonly promise: string;
  readonly dueBy: string;
  readonly wasDue: string;
  readonly noTerm: string;
  readonly answered: string;
  readonly night: string;
  readonly central: string;
  readonly toHandOver: (count: number) => string;
  readonly closes: string;
  readonly reasons: Readonly<Record<HandoverItem['reasons'][number], string>>;
  readonly more: (count: number) => string;
  readonly footer: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  it: {
    locale: 'it-IT',
    alert: 'Avviso',
    list: 'Da passare prima della chiusura',
    case: 'Caso',
    municipio: 'Municipio',
    urgency: 'Urgenza',
    promise: 'Promessa',
    dueBy: 'Entro',
    wasDue: 'Scaduta',
    noTerm: 'senza scadenza',
    answered: 'Nel frattempo qualcuno ha già risposto o la promessa è stata mantenuta.',
    night: 'Passaggio per la notte di un caso rosso',
    central: 'Centrale',
    toHandOver: (count) => (count === 1 ? '1 caso da guardare prima della chiusura' : `${count} casi da guardare prima della chiusura`),
    closes: 'Chiusura',
    reasons: { no_plan: 'senza un prossimo passo', no_night_handover: 'rosso, passaggio per la notte non registrato' },
    more: (count) => (count === 1 ? 'e un altro' : `e altri ${count}`),
    footer: 'Messaggio automatico di secondo-livello al personale del servizio. Per rispondere aprire il caso: qui non legge nessuno.',
  },
  en: {
    locale: 'en-GB',
    alert: 'Alert',
    list: 'To hand over before closing',
    case: 'Case',
    municipio: 'Municipio',
    urgency: 'Urgency',
    promise: 'Promise',
    dueBy: 'Due by',
    wasDue: 'Was due',
    noTerm: 'no term',
    answered: 'Meanwhile somebody has answered, or the promise was kept.',
    night: 'Hand-over of a red case for the night',
    central: 'Central team',
    toHandOver: (count) => (count === 1 ? '1 case to look at before closing' : `${count} cases to look at before closing`),
    closes: 'Closing',
    reasons: { no_plan: 'without a next step', no_night_handover: 'red, no hand-over for the night recorded' },
    more: (count) => (count === 1 ? 'and one more' : `and ${count} more`),
    footer: 'Automatic message of secondo-livello to staff. To answer, open the case: nobody reads this address.',
  },
};

const MOST_LISTED = 40;

/** Subject and text. `now` tells what is due from what was. */
export function wordsOf(facts: NoticeFacts, language: Language, timeZone: string, now: number): { readonly subject: string; readonly text: string } {
  const words = WORDS[language];
  const said = facts.kind === 'alert' ? alertWords(facts, language, timeZone, now) : listWords(facts, language, timeZone);
  return { subject: said.subject, text: `${said.lines.join('\n')}\n\n-- \n${words.footer}\n` };
}

interface Said {
  readonly subject: string;
  readonly lines: readonly string[];
}

function alertWords(facts: AlertFacts, language: Language, timeZone: string, now: number): Said {
  const words = WORDS[language];
  const { clocks, urgencies } = language === 'it' ? ITALIAN : ENGLISH;
  const { caseId, municipio, urgency, promise, dueAt, answered } = facts;
  const due = dueAt === null ? words.noTerm : spoken(dueAt, language, timeZone);
  const name = promise === 'nightHandover' ? words.night : clocks[promise];
  return {
    subject: `${words.alert}: ${words.case.toLowerCase()} ${caseId.slice(0, 8)}, ${place(words, municipio)}, ${words.urgency.toLowerCase()} ${urgencies[urgency]}`,
    lines: [
      ...(answered ? [words.answered, ''] : []),
      `${words.case}: ${caseId}`,
      `${words.municipio}: ${municipio ?? words.central}`,
      `${words.urgency}: ${urgencies[urgency]}`,
      `${words.promise}: ${name}`,
      `${dueAt !== null && dueAt <= now ? words.wasDue : words.dueBy}: ${due}`,
    ],
  };
}

function listWords({ municipio, closesAt, items }: ListFacts, language: Language, timeZone: string): Said {
  const words = WORDS[language];
  const { urgencies } = language === 'it' ? ITALIAN : ENGLISH;
  const rows = items
    .slice(0, MOST_LISTED)
    .map(({ caseId, urgency, reasons }) => `- ${caseId} (${urgencies[urgency]}): ${reasons.map((reason) => words.reasons[reason]).join('; ')}`);
  const left = items.length - rows.length;
  return {
    subject: `${words.list}: ${place(words, municipio)}, ${words.toHandOver(items.length)}`,
    lines: [
      `${words.municipio}: ${municipio}`,
      `${words.closes}: ${spoken(closesAt, language, timeZone)}`,
      '',
      ...rows,
      ...(left > 0 ? [words.more(left)] : []),
    ],
  };
}

function place(words: Words, municipio: Territory | null): string {
  return municipio === null || municipio === 'CENTRAL' ? words.central : `${words.municipio} ${municipio}`;
}

function spoken(at: number, language: Language, timeZone: string): string {
  return new Intl.DateTimeFormat(WORDS[language].locale, { dateStyle: 'full', timeStyle: 'short', timeZone }).format(at);
}
