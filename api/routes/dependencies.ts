/** What the routes work with; the composition root makes it, tests make their own. */
import type { Knex } from 'knex';
import type { CalendarRepository } from '../../db/repositories/calendars.ts';
import type { BreachRepository } from '../../db/repositories/breaches.ts';
import type { CaseListRepository } from '../../db/repositories/case-lists.ts';
import type { CaseLogRepository } from '../../db/repositories/case-log.ts';
import type { HouseholdRepository } from '../../db/repositories/households.ts';
import type { NoteRepository } from '../../db/repositories/notes.ts';
import type { PeopleSearch } from '../../db/repositories/people-search.ts';
import type { RestrictedRecordRepository } from '../../db/repositories/restricted-records.ts';
import type { HandoverListRepository } from '../../db/repositories/handover-lists.ts';
import type { OnCallRepository } from '../../db/repositories/on-call.ts';
import type { StaffRepository } from '../../db/repositories/staff.ts';
import type { PolicyRepository } from '../../db/repositories/policies.ts';
import type { RebaseRepository } from '../../db/repositories/rebases.ts';
import type { RulebookRepository } from '../../db/repositories/rulebooks.ts';
import type { RulebookSource } from '../../db/repositories/rulebook-source.ts';
import type { StaffMessageRepository } from '../../db/repositories/staff-messages.ts';
import type { PolicyCheck } from '../../domain/sla/policy-check.ts';
import type { Territory } from '../../domain/sla/policy.ts';
import type { Commanding } from '../services/commanding.ts';
import type { Keyed } from '../services/keyed.ts';
import type { Opening } from '../services/opening.ts';
import type { TakeNext } from '../services/taking.ts';
import type { CaseEngine } from '../temporal.ts';

export interface RouteDeps {
  readonly issuer: string;
  /** Tokens are made by the development issuer: scenarios may bring their policies. */
  readonly development: boolean;
  readonly territories: readonly Territory[];
  readonly now: () => number;
  readonly knex: Knex;
  readonly engine: CaseEngine;
  readonly rulebooks: RulebookSource;
  readonly storedRulebooks: RulebookRepository;
  readonly caseLog: CaseLogRepository;
  readonly caseLists: CaseListRepository;
  readonly households: HouseholdRepository;
  readonly notes: NoteRepository;
  readonly restricted: RestrictedRecordRepository;
  readonly searchPeople: PeopleSearch;
  readonly breaches: BreachRepository;
  readonly staff: StaffRepository;
  readonly onCall: OnCallRepository;
  readonly handoverLists: HandoverListRepository;
  readonly staffMessages: StaffMessageRepository;
  readonly calendars: CalendarRepository;
  readonly policies: PolicyRepository;
  /** What keeps a policy from being published besides its own sense. */
  readonly policyChecks: readonly PolicyCheck[];
  readonly rebases: RebaseRepository;
  readonly commanding: Commanding;
  /** What administrators do: one transaction, once per key. */
  readonly keyed: Keyed;
  readonly opening: Opening;
  readonly takeNext: TakeNext;
}
