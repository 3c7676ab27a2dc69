/** What is refused about people's data. None of it repeats any. */
import { entry, type ProblemEntry } from './problem-entry.ts';

export const PEOPLE_PROBLEMS = {
  phone_invalid: entry(
    422,
    'Il numero di telefono non è valido',
    'The phone number is not valid',
    'Un numero intero per campo, come lo si dice; con il prefisso internazionale se non è italiano.',
    'One whole number a field, as people say it; with its country code unless it is Italian.',
  ),
  name_too_vague: entry(422, 'Il nome è troppo breve', 'The name is too short', 'Cercare un nome intero.', 'Search for a whole name.'),
  household_unknown: entry(
    422,
    'Nucleo familiare inesistente',
    'No such household',
    'Cercare la famiglia con `POST /people/search`, o omettere `household`.',
    'Find the family with `POST /people/search`, or leave `household` out.',
  ),
  household_known: entry(
    422,
    'Il nucleo familiare è già conosciuto',
    'The household is known already',
    'Aprire il caso con la sola `summary`, poi correggere il nucleo con `PATCH /cases/{caseId}/household`.',
    'Open the case with `summary` alone, then correct the household with `PATCH /cases/{caseId}/household`.',
  ),
  household_changed: entry(
    412,
    'Il nucleo familiare è cambiato nel frattempo',
    'The household has changed meanwhile',
    'Rileggerlo, guardare che cosa è cambiato e ripetere con il nuovo `ETag`.',
    'Read it again, look at what changed and repeat with the new `ETag`.',
  ),
  household_erased: entry(
    410,
    'I dati della famiglia sono stati cancellati',
    "The family's data were erased",
    'Restano il caso e la sua storia, senza dati personali: non tornano indietro.',
    'The case and its history stay, without people’s data: those do not come back.',
  ),
  key_missing: entry(
    503,
    'Manca la chiave di questi dati',
    'The key of these data is missing',
    'Chi gestisce il sistema rimetta nel portachiavi la chiave indicata nei log.',
    'Whoever runs the system puts the key named in the logs back into the key ring.',
  ),
  record_damaged: entry(
    500,
    'I dati sono stati alterati',
    'The data were altered',
    'Qualcuno li ha cambiati fuori dal prodotto: non si mostrano. Avvisare chi gestisce il sistema, con `requestId`.',
    'Somebody changed them outside the product: they are not shown. Tell whoever runs the system, with `requestId`.',
  ),
  if_match_missing: entry(
    428,
    'Manca `If-Match`',
    '`If-Match` is missing',
    'Leggere prima, e inviare l’`ETag` ricevuto: altrimenti si perderebbe ciò che altri hanno scritto.',
    'Read first, and send the `ETag` received: what others wrote would be lost otherwise.',
  ),
  person_unknown: entry(
    422,
    'Persona inesistente nel nucleo',
    'No such person in the household',
    'Omettere `personId` per una persona nuova.',
    'Leave `personId` out for a new person.',
  ),
  note_unknown: entry(404, 'Nota inesistente', 'No such note', "Rileggere l'elenco delle note.", 'Read the notes again.'),
  note_changed: entry(
    412,
    'La nota è cambiata nel frattempo',
    'The note has changed meanwhile',
    'Rileggerla e ripetere con il nuovo `ETag`.',
    'Read it again and repeat with the new `ETag`.',
  ),
  note_not_yours: entry(403, 'La nota è di altri', 'The note is somebody else’s', 'La corregge chi l’ha scritta.', 'Its author corrects it.'),
  restricted_unknown: entry(404, 'Registrazione inesistente', 'No such record', "Rileggere l'elenco.", 'Read the list again.'),
} as const satisfies Readonly<Record<string, ProblemEntry>>;
