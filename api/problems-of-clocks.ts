/** What cannot be said of a case's clocks and broken promises. */
import { entry, type ProblemEntry } from './problem-entry.ts';

export const CLOCK_PROBLEMS = {
  clock_unknown: entry(404, 'Orologio inesistente', 'No such clock', 'Scegliere tra gli orologi del caso.', 'Choose among the clocks of the case.'),
  episode_unknown: entry(
    404,
    'Episodio inesistente',
    'No such episode',
    'Gli episodi del caso vanno da 1 a quello corrente.',
    'The episodes of a case go from 1 to the current one.',
  ),
  breach_unknown: entry(
    422,
    'Quella promessa non risulta violata',
    'That promise is not recorded as broken',
    'Indicare in `clock` un orologio che ha una violazione registrata, e in `episode` il suo episodio.',
    'Name in `clock` one that has a recorded breach, and its episode in `episode`.',
  ),
  breach_cause_unchanged: entry(422, 'La causa è già quella', 'That is the cause already', 'Non serve correggere.', 'Nothing to correct.'),
} as const satisfies Readonly<Record<string, ProblemEntry>>;
