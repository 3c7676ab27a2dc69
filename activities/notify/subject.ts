/** What a message is about, as it stands now: folded from the log, so that whoever is told overnight hears how it stands in the morning. */
import type { HandoverListRepository } from '../../db/repositories/handover-lists.ts';
import type { StaffMessage } from '../../db/repositories/staff-messages.ts';
import { allClocks } from '../../domain/case/clocks.ts';
import type { Revision } from '../../domain/case/events.ts';
import { fold } from '../../domain/case/evolve.ts';
import { isAboutNight } from '../../domain/case/night-handover.ts';
import type { CaseState } from '../../domain/case/state.ts';
import type { Territory } from '../../domain/sla/policy.ts';
import type { AlertFacts, NoticeFacts } from './words.ts';

export interface NoticeSubject {
  readonly municipio: Territory | null;
  readonly owner: string | null;
  /** Red: nobody's quiet hours count. */
  readonly red: boolean;
  readonly facts: NoticeFacts;
}

export interface SubjectDeps {
  readonly caseLog: { readonly loadRevisions: (caseId: string) => Promise<readonly Revision[]> };
  readonly handoverLists: Pick<HandoverListRepository, 'made'>;
}

type Told = Omit<StaffMessage, 'readAt'>;

/** Null when what it was about is no longer there (a restored backup). */
export async function subjectOf({ caseLog, handoverLists }: SubjectDeps, message: Told): Promise<NoticeSubject | null> {
  if (message.kind === 'handover_list') return listSubject(handoverLists, message);
  const state = message.caseId === null ? null : fold(await caseLog.loadRevisions(message.caseId));
  return state === null ? null : alertSubject(state, message);
}

async function listSubject(lists: SubjectDeps['handoverLists'], { key, municipio, createdAt }: Told): Promise<NoticeSubject | null> {
  const list = municipio === null ? null : await lists.made(municipio, createdAt);
  if (list === null) return null;
  const { closesAt, items } = list;
  const red = items.some(({ urgency }) => urgency === 'red');
  return { municipio: list.municipio, owner: null, red, facts: { kind: 'handover_list', key, municipio: list.municipio, closesAt, items } };
}

function alertSubject(state: CaseState, { key, alert: number, clockId, createdAt }: Told): NoticeSubject {
  const alert = state.alerts.find(({ alert: one }) => one === number);
  const { municipio, owner } = state.stage;
  const about = promiseOf(state, clockId ?? '', createdAt);
  const answered = alert === undefined || alert.acknowledgedAt !== null || alert.settledAt !== null;
  const facts: AlertFacts = { kind: 'alert', key, caseId: state.caseId, municipio, urgency: state.urgency, ...about, answered };
  return { municipio, owner, red: state.urgency === 'red', facts };
}

/** Numbers begin again with each episode: of several clocks of one name the last is meant. */
function promiseOf(state: CaseState, clockId: string, raisedAt: number): Pick<AlertFacts, 'promise' | 'dueAt'> {
  if (isAboutNight({ clock: clockId })) return { promise: 'nightHandover', dueAt: raisedAt };
  const clock = allClocks(state).findLast(({ id }) => id === clockId);
  // A correction may have taken the clock away; its name is part of its id.
  return { promise: clock?.name ?? (clockId.split('-')[0] as AlertFacts['promise']), dueAt: clock?.breach?.dueAt ?? clock?.dueAt ?? null };
}
