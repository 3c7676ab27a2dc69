/** A case as it is opened, answered and shown. Codes, ids and instants only. */
import { Type, type Static } from 'typebox';
import {
  ASSIGN_REASONS,
  CORRECTED_OUTCOMES,
  CIRCUMSTANCES,
  CLOSURE_OUTCOMES,
  DISPUTE_REASONS,
  FOLLOW_UP_KINDS,
  NEED_CATEGORIES,
  NIGHT_ROUTES,
  RED_FLAGS,
} from '../../domain/case/codes.ts';
import { CASE_STATUSES } from '../../domain/case/state.ts';
import type { ClockViewBody } from './clock.ts';
import { PeopleAtOpening } from './people.ts';
import { AudienceCode, CLOSED, ClockNameCode, Code, Codes, Instant, Nullable, TerritoryCode, UrgencyCode, Uuid, uuid, WorkerId } from './common.ts';

const Status = Type.Enum([...CASE_STATUSES]);
const Clocks = Type.Array(Type.Unsafe<ClockViewBody>({ $ref: 'Clock#' }));

export const OpenBody = Type.Object(
  {
    urgency: UrgencyCode,
    primaryNeed: Code(NEED_CATEGORIES),
    otherNeeds: Type.Optional(Codes(NEED_CATEGORIES)),
    redFlags: Type.Optional(Codes(RED_FLAGS)),
    circumstances: Type.Optional(Codes(CIRCUMSTANCES)),
    household: Type.Optional(uuid('Opaque id of the household, as `POST /people/search` tells it; a new one unless told')),
    people: Type.Optional(PeopleAtOpening),
    municipio: Type.Optional(Nullable(TerritoryCode)),
    assignReason: Type.Optional(Code(ASSIGN_REASONS)),
    contested: Type.Optional(Code(DISPUTE_REASONS)),
    linkedTo: Type.Optional(uuid('An earlier case of the household, past its reopening window')),
    policy: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$', description: 'A policy registered for a scenario; development issuer only' })),
  },
  { ...CLOSED, examples: [{ urgency: 'yellow', primaryNeed: 'PERINATAL_MENTAL_HEALTH', circumstances: ['ALONE_POSTPARTUM'], municipio: '6' }] },
);
export type OpenRequest = Static<typeof OpenBody>;

/** What a command, an opening and a repeated key answer: the caller's own write. */
export const CommandAnswerView = Type.Object(
  {
    caseId: Type.String(),
    episode: Type.Integer(),
    revision: Type.Integer(),
    etag: Type.String({ description: 'For `If-Match`: the revision of the last change by a person' }),
    status: Status,
    clocks: Clocks,
  },
  { $id: 'CommandAnswer', description: 'The case as the command left it' },
);
export type CommandAnswerBody = Static<typeof CommandAnswerView>;

export const PendingView = Type.Object(
  {
    status: Type.Enum(['pending']),
    caseId: Type.String(),
    retryWithKey: Type.String({ description: 'Repeat the request with this Idempotency-Key to get its answer' }),
  },
  { $id: 'Pending', description: 'Sent, and not answered yet' },
);

const Receiver = Type.Object({ worker: Type.Optional(WorkerId), municipio: Type.Optional(TerritoryCode) });

/** The row of a case: what a list shows. */
const CASE_FIELDS = {
  caseId: Type.String(),
  episode: Type.Integer(),
  revision: Type.Integer(),
  etag: Type.String(),
  status: Status,
  urgency: UrgencyCode,
  primaryNeed: Code(NEED_CATEGORIES),
  otherNeeds: Type.Array(Code(NEED_CATEGORIES)),
  redFlags: Type.Array(Code(RED_FLAGS)),
  circumstances: Type.Array(Code(CIRCUMSTANCES)),
  household: Type.String(),
  linkedTo: Nullable(Type.String()),
  municipio: Nullable(TerritoryCode),
  competenceAtOpening: Nullable(TerritoryCode),
  provisional: Type.Boolean(),
  disputed: Type.Boolean(),
  hop: Type.Integer(),
  owner: Nullable(Type.String()),
  responsible: Nullable(Type.String({ description: "Who answers for it: a worker's id or `team:<municipio>`; null once closed" })),
  handoverTo: Nullable(Type.String()),
  pausedUntil: Nullable(Instant),
  attemptsMade: Type.Integer(),
  attemptsExhausted: Type.Boolean(),
  openAlerts: Type.Integer(),
  nightHandoverAt: Nullable(Type.String({ ...Instant, description: 'When it was last handed over for a night' })),
  closureProposedBy: Nullable(Type.String()),
  outcome: Nullable(Code(CLOSURE_OUTCOMES)),
  openedBy: Type.String(),
  openedAt: Instant,
  episodeOpenedAt: Instant,
  reachedAt: Nullable(Instant),
  closedAt: Nullable(Instant),
  nearestDueAt: Nullable(Instant),
  overdue: Type.Boolean(),
  policy: Type.String({ description: '`<id>@<version>` of the policy the case is measured by' }),
};

const RunningClock = Type.Object({ id: Type.String(), name: ClockNameCode, dueAt: Nullable(Instant), paused: Type.Boolean(), overdue: Type.Boolean() });

export const CaseListItem = Type.Object(
  { ...CASE_FIELDS, clocks: Type.Array(RunningClock, { description: 'Those still running, nearest first' }) },
  { $id: 'CaseListItem' },
);
export type CaseListItemBody = Static<typeof CaseListItem>;

export const CasePage = Type.Object(
  { asOf: Instant, items: Type.Array(Type.Unsafe<CaseListItemBody>({ $ref: 'CaseListItem#' })), next: Nullable(Type.String()) },
  { $id: 'CasePage', description: 'A page of cases' },
);

export const CaseView = Type.Object(
  {
    ...CASE_FIELDS,
    asOf: Instant,
    allowed: Type.Array(Type.String(), { description: 'Commands the case admits now and this person may give' }),
    clocks: Clocks,
    pastClocks: Clocks,
    pause: Nullable(Type.Object({ reason: Type.String(), since: Instant, until: Instant, by: Type.String() })),
    handover: Nullable(Type.Object({ handover: Type.Integer(), to: Receiver, since: Instant, by: Type.String() })),
    dispute: Nullable(Type.Object({ dispute: Type.Integer(), proposed: Nullable(TerritoryCode), since: Instant })),
    closureProposal: Nullable(Type.Object({ outcome: Code(CLOSURE_OUTCOMES), by: Type.String(), at: Instant })),
    callback: Nullable(Type.Object({ callback: Type.Integer(), from: Instant, to: Instant, reminded: Type.Boolean() })),
    nightHandover: Nullable(Type.Object({ route: Code(NIGHT_ROUTES), onCall: Type.String(), at: Instant, by: Type.String() })),
    reportAssessment: Nullable(Type.Object({ assessment: Type.Integer(), since: Instant })),
    unreachableDecision: Nullable(Type.Object({ decision: Type.String(), at: Instant })),
    attempts: Type.Array(
      Type.Object({
        attempt: Type.Integer(),
        outcome: Code(CORRECTED_OUTCOMES),
        occurredAt: Instant,
        recordedAt: Instant,
        counted: Type.Boolean(),
        by: Type.String(),
      }),
    ),
    followUps: Type.Array(
      Type.Object({
        step: Type.Integer(),
        kind: Code(FOLLOW_UP_KINDS),
        owner: Type.String(),
        dueAt: Instant,
        status: Type.Enum(['planned', 'done', 'cancelled']),
      }),
    ),
    alerts: Type.Array(
      Type.Object({
        alert: Type.Integer(),
        clock: Type.String(),
        step: Type.Integer({ description: 'Ladder step from 1; 0 outside the ladder' }),
        audience: Type.Array(AudienceCode),
        raisedAt: Instant,
        acknowledgedAt: Nullable(Instant),
        acknowledgedBy: Nullable(Type.String()),
        settledAt: Nullable(Instant),
        open: Type.Boolean(),
      }),
    ),
  },
  { $id: 'Case', description: 'The case, its clocks and what hangs on it' },
);
export type CaseViewBody = Static<typeof CaseView>;

export const TimelineEvent = Type.Object(
  {
    revision: Type.Integer(),
    seq: Type.Integer(),
    episode: Type.Integer(),
    at: Instant,
    type: Type.String(),
    actor: Type.Object({ kind: Type.Enum(['person', 'system']), id: Type.String(), roles: Type.Array(Type.String()) }),
    data: Type.Record(Type.String(), Type.Unknown()),
  },
  { $id: 'TimelineEvent' },
);
export type TimelineEventBody = Static<typeof TimelineEvent>;

export const TimelinePage = Type.Object(
  { caseId: Uuid, asOf: Instant, items: Type.Array(Type.Unsafe<TimelineEventBody>({ $ref: 'TimelineEvent#' })), next: Nullable(Type.String()) },
  { $id: 'TimelinePage', description: 'A page of what happened' },
);
