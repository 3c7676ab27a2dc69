/** The English of explanations. */
import { spokenLength } from '../sla/spoken-time.ts';
import type { Span } from '../sla/policy.ts';
import type { ClockWords, PartWords, Vocabulary, WaitingWords } from './vocabulary.ts';

const length = (ms: number): string => spokenLength('en', ms);
const noted = (label: string): string => (label === '' ? '' : ` (${label})`);
const given = noted;

function span(value: Span): string {
  if (value.unit === 'wall') return `${length(value.ms)} by the clock, day and night`;
  if (value.unit === 'working') return `${length(value.ms)} of opening time`;
  return days(value.days) + (value.endOfDay === true ? ', by closing time' : ', at the same time of day');
}

function days(count: number): string {
  return count === 1 ? '1 working day' : `${count} working days`;
}

const part: PartWords = {
  open: (range, label, shift, counted) => `Open ${range}${noted(label)}${shift}: ${counted}`,
  roundTheClock: (range, shift, counted) => `Round the clock ${range}${shift}: ${counted}`,
  closed: (range, label) => `Closed ${range}${noted(label)}: not counted`,
  holiday: (range, label) => `Holiday ${range}${noted(label)}: not counted`,
  paused: (range, why, by) => `Paused ${range}, ${why}, asked for ${by}: not counted`,
  unpromised: (range) => `No time promised ${range}: not counted`,
  shift: (back, by) => (back ? `, with the clock going back ${by}` : `, with the clock going forward ${by}`),
  counted: (ms) => `${length(ms)} counted`,
  toCount: (ms) => `${length(ms)} will count`,
};

const clock: ClockWords = {
  started: (name, at, clause) => `"${name}": started on ${at}, when ${clause}.`,
  startedIdle: (name, at) => `"${name}": started on ${at}, because nothing else was due.`,
  promised: (what) => `Time promised: ${what}.`,
  promisedFor: (at) => `Promised by ${at}.`,
  nothingPromised: 'No time is promised.',
  urgencyChanged: (at, from, to, reason, by) => `on ${at} the urgency changed from ${from} to ${to}${given(reason)}, ${by}`,
  moved: (at, from, to, reason, by) => `on ${at} the case moved from ${from} to ${to}${given(reason)}, ${by}`,
  rebased: (at, from, to, reason, by) => `on ${at} the rules changed, from ${from} to ${to}${given(reason)}, ${by}`,
  newPromise: (what) => `: the time counted so far stays, and the time promised is now ${what}.`,
  noPromiseNow: ': from then on no time is promised, and none is counted.',
  pauseEnded: (at, how, by) => `The pause ended on ${at}: ${how}, ${by}.`,
  consumed: (ms, running) => `${running ? 'So far' : 'In all'} ${ms === 0 ? 'nothing' : length(ms)} counted.`,
  left: (ms) => `${length(ms)} left.`,
  over: (ms) => `The time promised is exceeded by ${length(ms)}.`,
  due: (at, past, why) => `${past ? 'It was due' : 'It is due'} on ${at}: ${why}.`,
  met: (at, clause, late) => `Promise kept${late ? ' late,' : ''} on ${at}, when ${clause}.`,
  ended: (at, clause) => `Ended on ${at}, when ${clause}: the promise no longer exists.`,
  endedIdle: (at) => `Ended on ${at}: the promise no longer exists.`,
  breach: (dueAt, detectedAt) => `Promise broken: it was due on ${dueAt}; detected on ${detectedAt}.`,
  recordedLate: 'What keeps it had happened before it was due but was recorded after: the breach stays, marked as recorded late.',
  cause: (cause, by, at) => `Cause given on ${at}, ${by}: ${cause}.`,
};

const waiting: WaitingWords = {
  kinds: { office: 'office', unreachable: 'family could not be reached', family: 'waiting for the family', closed: 'closing hours' },
  whole: (from, to, whole, end) => {
    const until = { reached: ', when it was spoken with', closed: ', when the case was closed', waiting: ', and waits still' }[end];
    return `The family waited ${whole}: from ${from} to ${to}${until}.`;
  },
  spent: (split) => `Spent on: ${split}.`,
  hop: (holder, from, to, whole, split) => `${holder}, from ${from} to ${to}: ${whole}${split === '' ? '' : ` (${split})`}.`,
  holder: (territory, owner) => (owner === null ? `${territory}, nobody in charge` : `${territory}, in the hands of ${owner}`),
  share: (kind, whole) => `${kind} ${whole}`,
};

/** English. */
export const ENGLISH: Vocabulary = {
  clocks: {
    assignment: 'Assignment to a municipio',
    claim: 'Claim',
    firstAttempt: 'First attempt to reach the family',
    firstContact: 'First contact with the family',
    callbackWindow: 'Agreed callback window',
    nextAttempt: 'Next attempt',
    decision: 'Decision with the family',
    followUp: 'Planned step',
    handover: 'Handover of the case',
    supervisorSeen: 'Seen by a supervisor',
    acknowledgement: 'Answer to an alert',
    competence: 'Decision on competence',
    reportAssessment: 'Assessment of the duty to report',
    review: 'Review',
    resolution: 'Resolution',
  },
  urgencies: { red: 'red', yellow: 'yellow', green: 'green' },
  reasons: {
    new_red_flag: 'new red flag',
    situation_worsened: 'situation worsened',
    situation_improved: 'situation improved',
    new_information: 'new information',
    triage_mistake: 'triage mistake',
    registered_address: 'registered address',
    domicile: 'domicile',
    existing_file: 'existing file',
    homeless: 'homeless',
    provisional_acceptance: 'provisional acceptance',
    address_corrected: 'address corrected',
    competence_decided: 'competence decided',
    minor_residence: 'residence of the minor',
    cost_of_placement: 'cost of placement',
    family_interest: 'interest of the family',
    absence: 'absence',
    workload: 'workload',
    competence: 'competence',
    expertise: 'expertise',
    family_request: 'request of the family',
    family_moved: 'the family moved',
    policy_published: 'new rules published',
    calendar_changed: 'calendar changed',
    horizon: 'calendar extended',
    requested: 'on request',
    family_called_back: 'the family called back',
    new_need: 'new need',
    closed_by_mistake: 'closed by mistake',
    referral_failed: 'referral failed',
    by_person: 'resumed by a person',
    end_reached: 'its end was reached',
    urgency_red: 'the urgency turned red',
    contact_corrected: 'the contact was corrected',
    handed_over: 'the case changed hands',
  },
  pauses: { WAITING_FAMILY: 'waiting for the family' },
  breachCauses: {
    workload: 'workload',
    absence: 'absence',
    shift_change: 'change of shift',
    wrong_assignment: 'wrong assignment',
    competence_contested: 'competence contested',
    family_unavailable: 'family not available',
    information_missing: 'information missing',
    other_office: 'another office',
    other_emergency: 'another emergency',
    technical: 'technical fault',
    calendar_error: 'error in the calendar',
    unrealistic_promise: 'unrealistic promise',
    recorded_late: 'recorded late',
    other: 'other',
  },
  by: (actor) => (actor === null || actor.kind === 'system' ? 'by the system' : `by ${actor.id}`),
  when: {
    opened: (by) => `the case was opened ${by}`,
    reopened: (by) => `the case was opened again ${by}`,
    assigned: (by, to) => `the case was assigned${to === null ? '' : ` to municipio ${to}`} ${by}`,
    claimed: (by, to) => (to === null ? `the case was claimed ${by}` : `the case was claimed (${to})`),
    released: (by) => `the case was put back into the queue ${by}`,
    handoverOffered: (by) => `the handover was offered ${by}`,
    handoverAccepted: (by) => `the handover was accepted ${by}`,
    handoverDeclined: (by) => `the handover was declined ${by}`,
    handoverWithdrawn: (by) => `the handover was withdrawn ${by}`,
    callbackAgreed: (by) => `a callback window was agreed ${by}`,
    callbackReminded: (by) => `the callback window was recalled ${by}`,
    attemptLogged: (by) => `the family was tried ${by}`,
    reached: (by) => `the family was reached ${by}`,
    attemptCorrected: (by) => `an attempt was corrected ${by}`,
    unreachableDecided: (by) => `it was decided about the unreachable family, ${by}`,
    decisionRecorded: (by) => `a decision was recorded ${by}`,
    followUpPlanned: (by) => `the step was planned ${by}`,
    followUpCompleted: (by) => `the step was done ${by}`,
    followUpRescheduled: (by) => `the step was moved ${by}`,
    followUpCancelled: (by) => `the step was cancelled ${by}`,
    paused: (by) => `the case was paused ${by}`,
    resumed: (by) => `the case was resumed ${by}`,
    competenceDisputed: (by) => `competence was contested ${by}`,
    competenceResolved: (by) => `competence was decided ${by}`,
    urgencyChanged: (by) => `the urgency was changed ${by}`,
    clockWarned: (by) => `a warning was given ${by}`,
    clockBreached: (by) => `a due instant passed, detected ${by}`,
    alertRaised: (by) => `an alert was raised ${by}`,
    alertAcknowledged: (by) => `the alert was answered ${by}`,
    reportAssessmentRaised: (by) => `the assessment of the duty to report was asked for ${by}`,
    reportAssessmentDecided: (by) => `the duty to report was decided ${by}`,
    nightHandoverRecorded: (by) => `the hand-over for the night was recorded ${by}`,
    closureProposed: (by) => `the closure was proposed ${by}`,
    closureApproved: (by) => `the closure was approved ${by}`,
    closed: (by) => `the case was closed ${by}`,
    rebased: (by) => `the rules changed ${by}`,
    rulesRaised: (by) => `the program was updated ${by}`,
    incidentRecorded: (by) => `a fault was recorded ${by}`,
    idle: () => 'nothing else was due',
  },
  territory: (municipio) => (municipio === null ? 'no municipio' : municipio === 'CENTRAL' ? 'the central team' : `municipio ${municipio}`),
  span,
  part,
  clock,
  due: {
    promised_instant: ({ promisedAt, paused }) =>
      paused === null ? 'a person promised that instant' : `it was promised by ${promisedAt}, and ${paused} of waiting are added after that`,
    budget_used_up: ({ paused }) => `by then all the time promised has counted${paused === null ? '' : ', without the pause'}`,
    business_days: ({ budget, paused }) => {
      const shifted = paused === null ? '' : `, plus ${paused} of opening time spent paused`;
      if (budget?.unit !== 'businessDays') return 'by then all the time promised has counted';
      return `${days(budget.days)} after the start${budget.endOfDay === true ? ', at closing time' : ', at the same time of day'}${shifted}`;
    },
    after_changes: () => 'the time counted before the change stays, and the rest is counted after it',
    already_over: () => 'with the new promise the time was over before the change',
  },
  waiting,
};
