/** Every problem the API answers with: code -> status, title and what to do. Codes are a contract; `docs/errors/` is written from this table. */
import type { RejectionCode } from '../domain/case/rejection.ts';
import { entry, type ProblemEntry } from './problem-entry.ts';
import { CALENDAR_PROBLEMS } from './problems-of-calendars.ts';
import { CASE_PROBLEMS } from './problems-of-cases.ts';
import { STAFF_PROBLEMS } from './problems-of-staff.ts';
import { CLOCK_PROBLEMS } from './problems-of-clocks.ts';
import { PEOPLE_PROBLEMS } from './problems-of-people.ts';
import { POLICY_PROBLEMS } from './problems-of-policies.ts';

const API_PROBLEMS = {
  body_not_json: entry(400, 'Il contenuto non è JSON', 'The body is not JSON', 'Inviare JSON valido in UTF-8.', 'Send valid JSON in UTF-8.'),
  request_invalid: entry(
    400,
    'Richiesta non valida',
    'The request is not valid',
    'Correggere i parametri elencati in `errors`.',
    'Correct the parameters listed in `errors`.',
  ),
  body_invalid: entry(
    422,
    'Alcuni campi non sono validi',
    'Some fields are not valid',
    'Correggere tutti i campi elencati in `errors`.',
    'Correct all the fields listed in `errors`.',
  ),
  municipio_unknown: entry(422, 'Municipio inesistente', 'No such municipio', 'Scegliere tra quelli in `details.known`.', 'Choose among `details.known`.'),
  linked_case_unknown: entry(
    422,
    'Il caso collegato non esiste',
    'The linked case does not exist',
    'Controllare `linkedTo`, o ometterlo.',
    'Check `linkedTo`, or leave it out.',
  ),
  policy_unknown: entry(422, 'Politica inesistente', 'No such policy', 'Registrarla prima, o ometterla.', 'Register it first, or leave it out.'),
  policy_invalid: entry(422, 'La politica non è valida', 'The policy is not valid', 'Correggere i punti in `errors`.', 'Correct what `errors` lists.'),
  policy_not_selectable: entry(
    403,
    'Qui la politica non si sceglie',
    'The policy is not chosen here',
    "Omettere `policy`: si nomina solo con l'emittente di sviluppo.",
    'Leave `policy` out: it is named on the development issuer only.',
  ),
  idempotency_key_missing: entry(
    400,
    'Manca la chiave di idempotenza',
    'The idempotency key is missing',
    'Inviare `Idempotency-Key` con un valore nuovo per ogni intenzione, lo stesso a ogni ripetizione.',
    'Send `Idempotency-Key` with a value new for each intention and the same at every repetition.',
  ),
  idempotency_key_invalid: entry(
    400,
    'La chiave di idempotenza non è valida',
    'The idempotency key is not valid',
    'Da 1 a 200 caratteri ASCII visibili.',
    '1 to 200 visible ASCII characters.',
  ),
  idempotency_key_reused: entry(
    422,
    "La chiave è già servita per un'altra richiesta",
    'The key was used for another request',
    'Usare una chiave nuova: la stessa vale solo per ripetere la stessa richiesta.',
    'Use a new key: the same one only repeats the same request.',
  ),
  if_match_invalid: entry(
    400,
    '`If-Match` non è un ETag',
    '`If-Match` is no ETag',
    'Inviare l’`ETag` ricevuto, tra virgolette.',
    'Send the `ETag` received, in quotes.',
  ),
  cursor_invalid: entry(
    400,
    'Il cursore non è di questo elenco',
    'The cursor is not of this list',
    'Ricominciare dalla prima pagina.',
    'Begin with the first page.',
  ),
  unauthenticated: entry(401, 'Manca un token valido', 'A valid token is missing', 'Autenticarsi di nuovo.', 'Authenticate again.'),
  forbidden: entry(403, 'Il ruolo non lo consente', 'The role does not allow it', 'Rivolgersi a chi ne ha il ruolo.', 'Ask somebody whose role it is.'),
  case_unknown: entry(404, 'Caso inesistente', 'No such case', "Controllare l'identificativo.", 'Check the id.'),
  alert_not_found: entry(404, 'Avviso inesistente', 'No such alert', "Rileggere l'elenco degli avvisi.", 'Read the list of alerts again.'),
  problem_unknown: entry(404, 'Codice inesistente', 'No such code', "Consultare l'elenco dei problemi.", 'See the list of problems.'),
  queue_empty: entry(404, 'Nessun caso in attesa', 'No case is waiting', 'La coda è vuota: riprovare più tardi.', 'The queue is empty: try again later.'),
  queue_busy: entry(
    409,
    'La coda è contesa',
    'The queue is contended',
    'Altri hanno preso i primi casi: riprovare.',
    'Others took the first cases: try again.',
  ),
  route_unknown: entry(404, 'Indirizzo inesistente', 'No such address', 'Consultare `/api/openapi.json`.', 'See `/api/openapi.json`.'),
  body_too_large: entry(413, 'Contenuto troppo grande', 'The body is too large', 'Inviare meno dati.', 'Send less.'),
  media_type_unsupported: entry(415, 'Formato non supportato', 'Media type not supported', 'Inviare `application/json`.', 'Send `application/json`.'),
  rate_limited: entry(429, 'Troppe richieste', 'Too many requests', 'Attendere i secondi di `Retry-After`.', 'Wait for the seconds of `Retry-After`.'),
  internal_error: entry(
    500,
    'Errore interno',
    'Internal error',
    'Ripetere con la stessa chiave; se continua, riferire `requestId`.',
    'Repeat with the same key; if it goes on, report `requestId`.',
  ),
  engine_unavailable: entry(
    503,
    'Il comando non è stato inviato',
    'The command was not sent',
    'Il motore dei casi non risponde: nulla è cambiato. Ripetere con la stessa chiave dopo `Retry-After`.',
    'The case engine does not answer: nothing changed. Repeat with the same key after `Retry-After`.',
  ),
  database_unavailable: entry(
    503,
    'La banca dati non risponde',
    'The database does not answer',
    'Ripetere con la stessa chiave dopo `Retry-After`.',
    'Repeat with the same key after `Retry-After`.',
  ),
  identity_unavailable: entry(
    503,
    'Non si può verificare il token',
    'The token cannot be verified',
    "Le chiavi dell'emittente non sono raggiungibili: ripetere dopo `Retry-After`.",
    "The issuer's keys cannot be reached: repeat after `Retry-After`.",
  ),
  overloaded: entry(503, 'Servizio sovraccarico', 'The service is overloaded', 'Ripetere dopo `Retry-After`.', 'Repeat after `Retry-After`.'),
} as const satisfies Readonly<Record<string, ProblemEntry>>;

export type ProblemCode =
  | keyof typeof API_PROBLEMS
  | keyof typeof CALENDAR_PROBLEMS
  | keyof typeof CLOCK_PROBLEMS
  | keyof typeof PEOPLE_PROBLEMS
  | keyof typeof POLICY_PROBLEMS
  | keyof typeof STAFF_PROBLEMS
  | RejectionCode;

/** The whole table. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemEntry>> = {
  ...API_PROBLEMS,
  ...CALENDAR_PROBLEMS,
  ...CLOCK_PROBLEMS,
  ...PEOPLE_PROBLEMS,
  ...POLICY_PROBLEMS,
  ...STAFF_PROBLEMS,
  ...CASE_PROBLEMS,
};

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
