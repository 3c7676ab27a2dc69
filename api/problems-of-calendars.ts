/** What administrators are told about calendars: as problems, and rule by rule for a definition that cannot be kept. */
import type { CalendarProblem, CalendarProblemCode } from '../domain/sla/calendar-check.ts';
import type { Broken } from '../domain/sla/calendar-world.ts';
import type { FieldFault } from './api-problem.ts';
import { faultsIn, type Words } from './field-faults.ts';
import { entry, type ProblemEntry } from './problem-entry.ts';

export const CALENDAR_PROBLEMS = {
  calendar_unknown: entry(
    404,
    'Calendario inesistente',
    'No such calendar',
    'Controllare il nome: `city`, `central`, `municipio-6`, `municipio-6/notte`; in un indirizzo la barra si scrive `%2F`.',
    'Check the name: `city`, `central`, `municipio-6`, `municipio-6/night`; in an address the slash is written `%2F`.',
  ),
  calendar_version_unknown: entry(
    404,
    'Versione inesistente',
    'No such version',
    'Scegliere tra le versioni del calendario.',
    'Choose among the versions of the calendar.',
  ),
  calendar_invalid: entry(
    422,
    'Il calendario non è valido',
    'The calendar is not valid',
    'Correggere i punti in `errors`: nulla è stato salvato.',
    'Correct what `errors` lists: nothing was saved.',
  ),
  calendar_changed: entry(
    412,
    'Il calendario è cambiato nel frattempo',
    'The calendar has changed meanwhile',
    'Rileggerlo, guardare che cosa è cambiato e ripetere con il nuovo `ETag`.',
    'Read it again, look at what changed and repeat with the new `ETag`.',
  ),
  calendar_draft_missing: entry(409, 'Non c’è una bozza', 'There is no draft', 'Salvare prima una bozza.', 'Save a draft first.'),
  calendar_not_published: entry(
    409,
    'La versione non è pubblicata',
    'The version is not published',
    'Si ritira solo una versione pubblicata; una bozza si elimina.',
    'Only a published version is retired; a draft is discarded.',
  ),
  calendar_needed: entry(
    409,
    'Altri dipendono da questo calendario',
    'Others depend on this calendar',
    'Pubblicare prima ciò che ne prende il posto: `errors` dice chi resterebbe senza.',
    'Publish what takes its place first: `errors` says who would be left without.',
  ),
  valid_from_in_past: entry(
    422,
    'La decorrenza è nel passato',
    'It would be in force in the past',
    'Indicare un istante futuro, od ometterlo per farlo valere da ora.',
    'Name an instant to come, or leave it out to have it in force from now.',
  ),
  valid_from_too_far: entry(
    422,
    'La decorrenza è troppo lontana',
    'It would be in force too far ahead',
    'Indicare un istante entro due anni.',
    'Name an instant within two years.',
  ),
  simulation_too_long: entry(
    422,
    'La scadenza è oltre l’orizzonte',
    'The deadline lies past the horizon',
    'Provare con meno tempo: oltre due o tre anni le feste non sono note.',
    'Try with less time: past two or three years holidays are not known.',
  ),
} as const satisfies Readonly<Record<string, ProblemEntry>>;

const RULES: Readonly<Record<CalendarProblemCode, Words>> = {
  parent_unknown: {
    it: 'il calendario da cui eredita non esiste o non è ancora pubblicato',
    en: 'the calendar it inherits from does not exist, or is not published yet',
  },
  parent_cycle: { it: 'eredita da sé stesso: la catena torna al punto di partenza', en: 'it inherits from itself: the chain comes round again' },
  time_zone_missing: { it: 'manca il fuso orario, e nessuno da cui eredita lo dice', en: 'the time zone is missing, and nothing it inherits from names one' },
  time_zone_unknown: { it: 'fuso orario inesistente: scegliere un nome IANA come Europe/Rome', en: 'no such time zone: choose an IANA name like Europe/Rome' },
  never_open: {
    it: 'nessun giorno della settimana ha un’apertura: non si potrebbe calcolare alcuna scadenza',
    en: 'no weekday has an opening: no deadline could be told',
  },
  time_invalid: {
    it: 'non è un’ora: da 00:00 a 24:00, nella forma HH:MM; 24:00 solo come chiusura',
    en: 'is no time of day: 00:00 to 24:00, written HH:MM; 24:00 only as a closing',
  },
  hours_reversed: {
    it: 'apertura rovesciata o vuota: una che passa la mezzanotte dura al massimo 12 ore; se è più lunga, scriverla in due parti',
    en: 'reversed or empty: one that goes past midnight lasts 12 hours at most; write a longer one in two parts',
  },
  hours_out_of_order: {
    it: 'comincia prima dell’apertura che la precede: scriverle in ordine',
    en: 'begins before the opening above it: write them in their order',
  },
  hours_overlap: { it: 'si sovrappone a un’altra apertura', en: 'overlaps another opening' },
  date_invalid: { it: 'la data non esiste (forma AAAA-MM-GG)', en: 'there is no such date (written YYYY-MM-DD)' },
  date_out_of_range: { it: 'la data è fuori dagli anni 1970-2199', en: 'the date is outside the years 1970 to 2199' },
  date_duplicate: { it: 'la data c’è già in questo elenco', en: 'the date is in this list already' },
  holiday_removed_unknown: {
    it: 'quel giorno non è una festa ereditata: non c’è nulla da togliere',
    en: 'that date is no inherited holiday: there is nothing to remove',
  },
  closure_reversed: { it: 'la chiusura finisce prima di cominciare', en: 'the closure ends before it begins' },
  closure_too_long: { it: 'la chiusura dura più di un anno', en: 'the closure lasts longer than a year' },
  closures_overlap: { it: 'si sovrappone a un’altra chiusura', en: 'overlaps another closure' },
};

/** The problems of a definition as field faults, their pointers below `base`. */
export function calendarFaults(problems: readonly CalendarProblem[], base = ''): FieldFault[] {
  return faultsIn(RULES, problems, base);
}

/** Faults of other calendars: the pointer begins with whose they are. */
export function faultsOfOthers(broken: readonly Broken[]): FieldFault[] {
  return broken.flatMap(({ calendarId, problems }) => calendarFaults(problems, `/${calendarId.replaceAll('/', '~1')}`));
}

/** Holidays run out before a case opened then might end. */
export function holidaysEnd(lastDate: string): FieldFault {
  const it = `l’ultima festa nota è il ${lastDate}: aggiungere gli anni seguenti`;
  return { pointer: '/holidays', rule: 'holidays_end', message: { it, en: `the last holiday known is ${lastDate}: add the years that follow` } };
}
