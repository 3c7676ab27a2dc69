/** What administrators are told about policies and rebases: as problems, and rule by rule for a policy that cannot be kept. */
import type { PolicyProblem, PolicyProblemCode } from '../domain/sla/policy-check.ts';
import type { FieldFault } from './api-problem.ts';
import { faultsIn, type Words } from './field-faults.ts';
import { entry, type ProblemEntry } from './problem-entry.ts';

export const POLICY_PROBLEMS = {
  policy_not_found: entry(404, 'Politica inesistente', 'No such policy', 'Controllare il nome della politica.', 'Check the name of the policy.'),
  policy_version_unknown: entry(
    404,
    'Versione inesistente',
    'No such version',
    'Scegliere tra le versioni della politica.',
    'Choose among the versions of the policy.',
  ),
  policy_changed: entry(
    412,
    'La politica è cambiata nel frattempo',
    'The policy has changed meanwhile',
    'Rileggerla, guardare che cosa è cambiato e ripetere con il nuovo `ETag`.',
    'Read it again, look at what changed and repeat with the new `ETag`.',
  ),
  policy_draft_missing: entry(409, 'Non c’è una bozza', 'There is no draft', 'Salvare prima una bozza.', 'Save a draft first.'),
  policy_not_published: entry(
    409,
    'La versione non è pubblicata',
    'The version is not published',
    'Si ritira solo una versione pubblicata; una bozza si elimina.',
    'Only a published version is retired; a draft is discarded.',
  ),
  no_policy_applies: entry(
    409,
    'Nessuna politica si applica al caso',
    'No policy applies to the case',
    'Pubblicare una politica che lo comprenda; il caso conserva le promesse che ha.',
    'Publish a policy that includes it; the case keeps the promises it has.',
  ),
  rebase_of_closed_case: entry(
    409,
    'Il caso è chiuso',
    'The case is closed',
    'Si ricalcolano solo le promesse di un caso aperto: una riapertura prende da sé la politica in vigore.',
    'Only the promises of an open case move: a reopening takes the policy in force by itself.',
  ),
  rebase_unknown: entry(404, 'Ricalcolo inesistente', 'No such rebase', "Rileggere l'elenco dei ricalcoli.", 'Read the list of rebases again.'),
  rebase_over: entry(409, 'Il ricalcolo è già finito', 'The rebase is over', 'Non c’è più nulla da fermare.', 'There is nothing left to stop.'),
  draft_only_dry: entry(
    422,
    'Con una bozza si può solo simulare',
    'A draft can only be tried out',
    'Chiedere `dryRun: true`, o pubblicare prima la bozza.',
    'Ask for `dryRun: true`, or publish the draft first.',
  ),
} as const satisfies Readonly<Record<string, ProblemEntry>>;

const RULES: Readonly<Record<PolicyProblemCode, Words>> = {
  clock_missing: {
    it: 'la promessa manca: ogni orologio va definito, anche senza un termine',
    en: 'is missing: every clock is defined, even without a deadline',
  },
  clock_duplicate: { it: 'la promessa è definita due volte', en: 'is defined twice' },
  target_missing: {
    it: 'qui un termine serve sempre: un caso aperto ha sempre un allarme',
    en: 'a deadline is always needed here: an open case always has an alarm',
  },
  budget_not_positive: { it: 'il tempo deve essere maggiore di zero', en: 'the time must be more than zero' },
  span_not_whole: { it: 'serve un numero intero', en: 'a whole number is needed' },
  span_too_long: { it: 'dieci anni o più: è un errore di battitura', en: 'ten years or more: a slip of the keyboard' },
  percent_out_of_range: { it: 'un preavviso va da 1 a 99 per cento', en: 'a warning is between 1 and 99 percent' },
  warning_not_positive: { it: 'il tempo che resta deve essere maggiore di zero', en: 'the time left must be more than zero' },
  ladder_starts_unacknowledged: {
    it: 'il primo avviso non può dipendere da un avviso precedente',
    en: 'the first alert cannot wait for an earlier one',
  },
  attempts_not_positive: { it: 'serve almeno un tentativo', en: 'at least one attempt is needed' },
  review_too_short: { it: 'una revisione più frequente di un secondo', en: 'a review more often than every second' },
  review_too_long: { it: 'una revisione più rara di tre mesi', en: 'a review more seldom than every three months' },
  id_reserved: { it: 'il nome è riservato ai casi senza politica', en: 'the name is kept for cases without a policy' },
  applies_to_nothing: {
    it: 'un elenco vuoto non comprende alcun caso: ometterlo per comprenderli tutti',
    en: 'an empty list includes no case: leave it out for all of them',
  },
  territory_unknown: { it: 'municipio inesistente', en: 'no such municipio' },
  need_unknown: { it: 'bisogno inesistente', en: 'no such need' },
  red_without_on_call: {
    it: 'promette qualcosa ai casi rossi e nessuno è reperibile',
    en: 'promises something to red cases, and nobody is on call',
  },
};

/** The problems of a policy as field faults, their pointers below `base`. */
export function policyFaults(problems: readonly PolicyProblem[], base = ''): FieldFault[] {
  return faultsIn(RULES, problems, base);
}
