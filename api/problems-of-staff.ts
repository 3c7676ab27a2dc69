/** What is refused about the staff directory and the on-call roster. */
import { entry, type ProblemEntry } from './problem-entry.ts';

export const STAFF_PROBLEMS = {
  staff_unknown: entry(
    404,
    'Persona non in elenco',
    'Nobody of that id in the directory',
    "Chiedere all'amministrazione di inserirla nell'elenco del personale.",
    'Ask an administrator to add them to the staff directory.',
  ),
  staff_municipio_missing: entry(
    422,
    'Manca il municipio',
    'The municipio is missing',
    'Chi coordina o lavora per un municipio ne ha almeno uno in `municipi`.',
    'Who coordinates or works for a municipio has at least one in `municipi`.',
  ),
  mail_missing: entry(
    422,
    'Manca l’indirizzo di posta',
    'The mail address is missing',
    'Indicare `mail`, o togliere `mail` da `channels`.',
    'Give `mail`, or take `mail` out of `channels`.',
  ),
  shift_unknown: entry(404, 'Turno inesistente', 'No such shift', "Rileggere l'elenco dei turni.", 'Read the roster again.'),
  shift_invalid: entry(
    422,
    'Il turno non è valido',
    'The shift is not valid',
    'Finisce dopo il suo inizio e nel futuro, e dura al massimo 366 giorni.',
    'It ends after it begins and in the future, and lasts 366 days at most.',
  ),
  shift_over: entry(
    409,
    'Il turno è già concluso',
    'The shift is over',
    'Ciò che è stato non si cambia: aggiungere un turno nuovo.',
    'What has been is not changed: add a new shift.',
  ),
  shift_begun: entry(
    409,
    'Il turno è già iniziato',
    'The shift has begun',
    'Di un turno iniziato si cambia solo la fine e il telefono: concluderlo e aggiungerne uno nuovo.',
    'Of a shift that has begun only its end and telephone change: end it and add a new one.',
  ),
  on_call_person_unavailable: entry(
    422,
    'La persona non può essere reperibile',
    'That person cannot be on call',
    "Serve una persona dell'elenco del personale, attiva fino alla fine del turno.",
    'It takes somebody of the staff directory who stays until the end of the shift.',
  ),
} as const satisfies Readonly<Record<string, ProblemEntry>>;
