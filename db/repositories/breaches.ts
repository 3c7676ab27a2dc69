/** Broken promises and the causes set for them. What is listed is what was recorded: a clock past its due instant that nobody noticed yet shows as overdue in the lists of cases. */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { BreachCause } from '../../domain/case/codes.ts';
import type { ClockName, Territory, Urgency } from '../../domain/sla/policy.ts';
import { timestamp } from './columns.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

/** Which breach: a clock of an episode breaches once. */
export interface BreachId {
  readonly caseId: string;
  readonly episode: number;
  readonly clockId: string;
}

export interface BreachReview {
  readonly cause: BreachCause;
  readonly by: string;
  readonly at: number;
}

export interface Breach extends BreachId {
  readonly clock: ClockName;
  /** With whom the case was then; null while no municipio was competent. */
  readonly municipio: Territory | null;
  readonly urgency: Urgency;
  readonly dueAt: number;
  readonly detectedAt: number;
  /** The promise had been kept in time, as was told later. */
  readonly recordedLate: boolean;
  /** When it was kept late, or ended; null while it is still open. */
  readonly stoppedAt: number | null;
  /** The cause in force; null until one was set. */
  readonly review: BreachReview | null;
}

export interface BreachFilters {
  readonly municipio?: readonly Territory[];
  readonly clock?: readonly ClockName[];
  readonly urgency?: readonly Urgency[];
  /** Due from this instant on. */
  readonly dueFrom?: number;
  /** Due before this instant. */
  readonly dueTo?: number;
  /** `none`: those without a cause. */
  readonly cause?: readonly (BreachCause | 'none')[];
}

export interface BreachRequest {
  readonly scope: CaseScope;
  readonly filters?: BreachFilters;
  readonly cursor?: string | null;
  /** @default 50, at most 100 */
  readonly limit?: number;
}

export interface BreachRepository {
  /** Due last first. Throws `CursorInvalid`. */
  list(request: BreachRequest, trx?: Knex): Promise<{ readonly breaches: readonly Breach[]; readonly next: string | null }>;
  /** One of a case in scope; null for a clock that kept its promise so far. */
  find(id: BreachId, scope: CaseScope, trx?: Knex): Promise<Breach | null>;
  /** The causes set for a breach, the one in force last. */
  reviews(id: BreachId, trx?: Knex): Promise<readonly BreachReview[]>;
  /** Sets a cause; an earlier one stays as history. */
  review(id: BreachId, review: BreachReview, trx?: Knex): Promise<void>;
}

export function createBreachRepository(knex: Knex): BreachRepository {
  return {
    async list({ scope, filters = {}, cursor, limit: asked = 50 }, trx = knex) {
      const limit = Math.min(Math.max(1, asked), 100);
      const query = breachQuery(trx, scope);
      applyFilters(query, filters);
      if (cursor !== null && cursor !== undefined) {
        const [dueAt, ...key] = decodeCursor('breaches', cursor, ['instant', 'uuid', 'number', 'text']);
        void query.whereRaw(AFTER, [typeof dueAt === 'number' ? timestamp(dueAt) : 'infinity', ...key] as Knex.RawBinding[]);
      }
      const rows = (await query.orderByRaw(ORDER).limit(limit + 1)) as readonly BreachRow[];
      const breaches = rows.slice(0, limit).map(breachOf);
      const last = breaches[breaches.length - 1];
      const next = rows.length > limit && last !== undefined ? encodeCursor('breaches', [last.dueAt, last.caseId, last.episode, last.clockId]) : null;
      return { breaches, next };
    },

    async find({ caseId, episode, clockId }, scope, trx = knex) {
      const [row] = (await breachQuery(trx, scope).where({ 'k.case_id': caseId, 'k.episode': episode, 'k.clock_id': clockId })) as readonly BreachRow[];
      return row === undefined ? null : breachOf(row);
    },

    async reviews({ caseId, episode, clockId }, trx = knex) {
      return trx('breach_review')
        .where({ case_id: caseId, episode, clock_id: clockId })
        .orderBy('id')
        .select<BreachReview[]>('cause', { by: 'reviewed_by', at: 'reviewed_at' });
    },

    async review({ caseId, episode, clockId }, { cause, by, at }, trx = knex) {
      await trx('breach_review').insert({ case_id: caseId, episode, clock_id: clockId, cause, reviewed_by: by, reviewed_at: timestamp(at) });
    },
  };
}

type BreachRow = Omit<Breach, 'review'> & { readonly cause: BreachCause | null; readonly reviewedBy: string; readonly reviewedAt: number };

function breachOf({ cause, reviewedBy, reviewedAt, ...breach }: BreachRow): Breach {
  return { ...breach, review: cause === null ? null : { cause, by: reviewedBy, at: reviewedAt } };
}

const ORDER = 'k.breached_due_at DESC, k.case_id DESC, k.episode DESC, k.clock_id DESC';
const AFTER = '(k.breached_due_at, k.case_id, k.episode, k.clock_id) < (?::timestamptz, ?::uuid, ?::integer, ?::text)';
const LAST_REVIEW = `LEFT JOIN LATERAL (
  SELECT b.cause, b.reviewed_by, b.reviewed_at FROM breach_review b
  WHERE b.case_id = k.case_id AND b.episode = k.episode AND b.clock_id = k.clock_id ORDER BY b.id DESC LIMIT 1) r ON true`;

function breachQuery(knex: Knex, scope: CaseScope): Knex.QueryBuilder {
  const query = knex('case_clock as k')
    .join('escalation_case as c', 'c.case_id', 'k.case_id')
    .joinRaw(LAST_REVIEW)
    .whereNotNull('k.breached_due_at')
    .select({ caseId: 'k.case_id', episode: 'k.episode', clockId: 'k.clock_id', clock: 'k.name', municipio: 'k.breached_municipio' })
    .select({ urgency: 'k.breached_urgency', dueAt: 'k.breached_due_at', detectedAt: 'k.breach_detected_at', recordedLate: 'k.recorded_late' })
    .select({ stoppedAt: 'k.stopped_at', cause: 'r.cause', reviewedBy: 'r.reviewed_by', reviewedAt: 'r.reviewed_at' });
  // With every case in scope the condition would only hide the index from the planner.
  return scope.kind === 'all' ? query : query.whereRaw(SCOPE_CONDITION, scopeBindings(scope) as Knex.RawBinding[]);
}

function applyFilters(query: Knex.QueryBuilder, { municipio, clock, urgency, dueFrom, dueTo, cause }: BreachFilters): void {
  if (municipio !== undefined) void query.whereIn('k.breached_municipio', municipio);
  if (clock !== undefined) void query.whereIn('k.name', clock);
  if (urgency !== undefined) void query.whereIn('k.breached_urgency', urgency);
  if (dueFrom !== undefined) void query.where('k.breached_due_at', '>=', timestamp(dueFrom));
  if (dueTo !== undefined) void query.where('k.breached_due_at', '<', timestamp(dueTo));
  if (cause !== undefined) void query.whereRaw("coalesce(r.cause, 'none') = ANY(?::text[])", [cause] as Knex.RawBinding[]);
}
