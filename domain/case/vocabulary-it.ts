/** The Italian of explanations. */
import { grammarOf, spokenLength } from '../sla/spoken-time.ts';
import type { Span } from '../sla/policy.ts';
import type { ClockWords, PartWords, Vocabulary, WaitingWords } from './vocabulary.ts';

const length = (ms: number): string => spokenLength('it', ms);
const noted = (label: string): string => (label === '' ? '' : ` (${label})`);
const NO_MUNICIPIO = 'nessun municipio';
const given = (reason: string): string => (reason === '' ? '' : ` (${reason})`);

/** `contata 1 h`, `contate 2 h 30 min`, `contato 1 min`, `contati 30 min`. */
function agree(ms: number, stem: string): string {
  const { one, hours } = grammarOf(ms);
  return `${stem}${hours ? (one ? 'a' : 'e') : one ? 'o' : 'i'} ${length(ms)}`;
}

function span(value: Span): string {
  if (value.unit === 'wall') return `${length(value.ms)} di orologio, giorno e notte`;
  if (value.unit === 'working') return `${length(value.ms)} di apertura`;
  return days(value.days) + (value.endOfDay === true ? ', entro la chiusura' : ', alla stessa ora');
}

function days(count: number): string {
  return count === 1 ? '1 giorno lavorativo' : `${count} giorni lavorativi`;
}

const part: PartWords = {
  open: (range, label, shift, counted) => `Aperto ${range}${noted(label)}${shift}: ${counted}`,
  roundTheClock: (range, shift, counted) => `Orologio continuo ${range}${shift}: ${counted}`,
  closed: (range, label) => `Chiuso ${range}${noted(label)}: non contato`,
  holiday: (range, label) => `Festivo ${range}${noted(label)}: non contato`,
  paused: (range, why, by) => `In pausa ${range}, ${why}, chiesta ${by}: non contato`,
  unpromised: (range) => `Nessun tempo promesso ${range}: non contato`,
  shift: (back, by) => (back ? `, con l’orologio che torna indietro di ${by}` : `, con l’orologio che va avanti di ${by}`),
  counted: (ms) => agree(ms, 'contat'),
  toCount: (ms) => `${grammarOf(ms).one ? 'si conterà' : 'si conteranno'} ${length(ms)}`,
};

const clock: ClockWords = {
  started: (name, at, clause) => `«${name}»: iniziato ${at}, quando ${clause}.`,
  startedIdle: (name, at) => `«${name}»: iniziato ${at}, perché non c’era altro in scadenza.`,
  promised: (what) => `Tempo promesso: ${what}.`,
  promisedFor: (at) => `Promesso entro ${at}.`,
  nothingPromised: 'Nessun tempo è promesso.',
  urgencyChanged: (at, from, to, reason, by) => `${at} l’urgenza è passata da ${from} a ${to}${given(reason)}, ${by}`,
  moved: (at, from, to, reason, by) => `${at} il caso è passato ${from === NO_MUNICIPIO ? `da ${from}` : `dal ${from}`} al ${to}${given(reason)}, ${by}`,
  rebased: (at, from, to, reason, by) => `${at} sono cambiate le regole, da ${from} a ${to}${given(reason)}, ${by}`,
  newPromise: (what) => `: il tempo già contato resta, e ora il tempo promesso è ${what}.`,
  noPromiseNow: ': da allora nessun tempo è promesso, e non se ne conta.',
  pauseEnded: (at, how, by) => `La pausa è finita ${at}: ${how}, ${by}.`,
  consumed: (ms, running) => `${running ? 'Finora' : 'In tutto'} ${ms === 0 ? 'non è contato niente' : agree(ms, 'contat')}.`,
  left: (ms) => `${grammarOf(ms).one ? 'Resta' : 'Restano'} ${length(ms)}.`,
  over: (ms) => `Il tempo promesso è superato di ${length(ms)}.`,
  due: (at, past, why) => `${past ? 'La scadenza era' : 'La scadenza è'} ${at}: ${why}.`,
  met: (at, clause, late) => `Promessa compiuta${late ? ' in ritardo,' : ''} ${at}, quando ${clause}.`,
  ended: (at, clause) => `Finito ${at}, quando ${clause}: la promessa non c’è più.`,
  endedIdle: (at) => `Finito ${at}: la promessa non c’è più.`,
  breach: (dueAt, detectedAt) => `Promessa non mantenuta: la scadenza era ${dueAt}; rilevata ${detectedAt}.`,
  recordedLate: 'Ciò che la compie era accaduto prima della scadenza ma è stato registrato dopo: la violazione resta, segnata come registrata in ritardo.',
  cause: (cause, by, at) => `Causa indicata ${at}, ${by}: ${cause}.`,
};

const waiting: WaitingWords = {
  kinds: { office: 'ufficio', unreachable: 'famiglia non raggiungibile', family: 'in attesa della famiglia', closed: 'orario di chiusura' },
  whole: (from, to, whole, end) => {
    const until = { reached: `, quando le si è parlato`, closed: ', quando il caso è stato chiuso', waiting: ', e aspetta ancora' }[end];
    return `La famiglia ha aspettato ${whole}: da ${from} a ${to}${until}.`;
  },
  spent: (split) => `Così ripartito: ${split}.`,
  hop: (holder, from, to, whole, split) => `${holder}, da ${from} a ${to}: ${whole}${split === '' ? '' : ` (${split})`}.`,
  holder: (territory, owner) => (owner === null ? `${territory}, in carico a nessuno` : `${territory}, in carico a ${owner}`),
  share: (kind, whole) => `${kind} ${whole}`,
};

/** Italian. */
export const ITALIAN: Vocabulary = {
  clocks: {
    assignment: 'Assegnazione a un municipio',
    claim: 'Presa in carico',
    firstAttempt: 'Primo tentativo di contatto',
    firstContact: 'Primo contatto con la famiglia',
    callbackWindow: 'Fascia di richiamo concordata',
    nextAttempt: 'Prossimo tentativo',
    decision: 'Decisione con la famiglia',
    followUp: 'Passo pianificato',
    handover: 'Passaggio del caso',
    supervisorSeen: 'Visto da una figura di coordinamento',
    acknowledgement: 'Risposta a un avviso',
    competence: 'Decisione sulla competenza',
    reportAssessment: 'Valutazione di segnalazione',
    review: 'Riesame',
    resolution: 'Conclusione',
  },
  urgencies: { red: 'rossa', yellow: 'gialla', green: 'verde' },
  reasons: {
    new_red_flag: 'nuovo segnale di pericolo',
    situation_worsened: 'situazione peggiorata',
    situation_improved: 'situazione migliorata',
    new_information: 'nuove informazioni',
    triage_mistake: 'errore di valutazione',
    registered_address: 'indirizzo di residenza',
    domicile: 'domicilio',
    existing_file: 'cartella già esistente',
    homeless: 'senza dimora',
    provisional_acceptance: 'accoglimento provvisorio',
    address_corrected: 'indirizzo corretto',
    competence_decided: 'competenza decisa',
    minor_residence: 'residenza del minore',
    cost_of_placement: 'spesa di collocamento',
    family_interest: 'interesse della famiglia',
    absence: 'assenza',
    workload: 'carico di lavoro',
    competence: 'competenza',
    expertise: 'esperienza specifica',
    family_request: 'richiesta della famiglia',
    family_moved: 'trasferimento della famiglia',
    policy_published: 'regole nuove pubblicate',
    calendar_changed: 'calendario cambiato',
    horizon: 'calendario prolungato',
    requested: 'a richiesta',
    family_called_back: 'la famiglia ha richiamato',
    new_need: 'nuovo bisogno',
    closed_by_mistake: 'chiuso per errore',
    referral_failed: 'invio non riuscito',
    by_person: 'ripresa da una persona',
    end_reached: 'termine raggiunto',
    urgency_red: 'urgenza rossa',
    contact_corrected: 'contatto corretto',
    handed_over: 'caso passato di mano',
  },
  pauses: { WAITING_FAMILY: 'in attesa della famiglia' },
  breachCauses: {
    workload: 'carico di lavoro',
    absence: 'assenza',
    shift_change: 'cambio di turno',
    wrong_assignment: 'assegnazione sbagliata',
    competence_contested: 'competenza contestata',
    family_unavailable: 'famiglia non disponibile',
    information_missing: 'informazioni mancanti',
    other_office: 'altro ufficio',
    other_emergency: 'altra emergenza',
    technical: 'guasto tecnico',
    calendar_error: 'errore di calendario',
    unrealistic_promise: 'promessa non realistica',
    recorded_late: 'registrato in ritardo',
    other: 'altro',
  },
  by: (actor) => (actor === null || actor.kind === 'system' ? 'dal sistema' : `da ${actor.id}`),
  when: {
    opened: (by) => `il caso è stato aperto ${by}`,
    reopened: (by) => `il caso è stato riaperto ${by}`,
    assigned: (by, to) => `il caso è stato assegnato${to === null ? '' : ` al municipio ${to}`} ${by}`,
    claimed: (by, to) => (to === null ? `il caso è stato preso in carico ${by}` : `il caso è stato preso in carico (${to})`),
    released: (by) => `il caso è stato rimesso in coda ${by}`,
    handoverOffered: (by) => `il passaggio del caso è stato proposto ${by}`,
    handoverAccepted: (by) => `il passaggio del caso è stato accettato ${by}`,
    handoverDeclined: (by) => `il passaggio del caso è stato rifiutato ${by}`,
    handoverWithdrawn: (by) => `il passaggio del caso è stato ritirato ${by}`,
    callbackAgreed: (by) => `una fascia di richiamo è stata concordata ${by}`,
    callbackReminded: (by) => `la fascia di richiamo è stata ricordata ${by}`,
    attemptLogged: (by) => `la famiglia è stata cercata ${by}`,
    reached: (by) => `la famiglia è stata raggiunta ${by}`,
    attemptCorrected: (by) => `un tentativo è stato corretto ${by}`,
    unreachableDecided: (by) => `si è deciso sulla famiglia non raggiungibile, ${by}`,
    decisionRecorded: (by) => `una decisione è stata registrata ${by}`,
    followUpPlanned: (by) => `il passo è stato pianificato ${by}`,
    followUpCompleted: (by) => `il passo è stato fatto ${by}`,
    followUpRescheduled: (by) => `il passo è stato spostato ${by}`,
    followUpCancelled: (by) => `il passo è stato annullato ${by}`,
    paused: (by) => `il caso è stato messo in pausa ${by}`,
    resumed: (by) => `il caso è stato ripreso ${by}`,
    competenceDisputed: (by) => `la competenza è stata contestata ${by}`,
    competenceResolved: (by) => `la competenza è stata decisa ${by}`,
    urgencyChanged: (by) => `l’urgenza è stata cambiata ${by}`,
    clockWarned: (by) => `è stato dato un preavviso ${by}`,
    clockBreached: (by) => `una scadenza è passata, rilevata ${by}`,
    alertRaised: (by) => `un avviso è partito ${by}`,
    alertAcknowledged: (by) => `all’avviso è stato risposto ${by}`,
    reportAssessmentRaised: (by) => `la valutazione di segnalazione è stata chiesta ${by}`,
    reportAssessmentDecided: (by) => `la valutazione di segnalazione è stata decisa ${by}`,
    nightHandoverRecorded: (by) => `il passaggio per la notte è stato registrato ${by}`,
    closureProposed: (by) => `la chiusura è stata proposta ${by}`,
    closureApproved: (by) => `la chiusura è stata approvata ${by}`,
    closed: (by) => `il caso è stato chiuso ${by}`,
    rebased: (by) => `le regole sono cambiate ${by}`,
    rulesRaised: (by) => `il programma è stato aggiornato ${by}`,
    incidentRecorded: (by) => `un guasto è stato registrato ${by}`,
    idle: () => 'non c’era altro in scadenza',
  },
  territory: (municipio) => (municipio === null ? NO_MUNICIPIO : municipio === 'CENTRAL' ? 'gruppo centrale' : `municipio ${municipio}`),
  span,
  part,
  clock,
  due: {
    promised_instant: ({ promisedAt, paused }) =>
      paused === null ? 'la data è stata promessa da una persona' : `era promessa entro ${promisedAt}, e ${paused} di attesa si aggiungono dopo`,
    budget_used_up: ({ paused }) => `allora il tempo promesso è tutto contato${paused === null ? '' : ', senza la pausa'}`,
    business_days: ({ budget, paused }) => {
      const shifted = paused === null ? '' : `, più ${paused} di apertura passate in pausa`;
      if (budget?.unit !== 'businessDays') return 'allora il tempo promesso è tutto contato';
      return `${days(budget.days)} dopo l’inizio${budget.endOfDay === true ? ', alla chiusura' : ', alla stessa ora'}${shifted}`;
    },
    after_changes: () => 'il tempo contato prima del cambio resta, e il resto si conta dopo',
    already_over: () => 'con il nuovo tempo promesso era già finito prima del cambio',
  },
  waiting,
};
