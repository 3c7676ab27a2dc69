/** A case as it is shown: its row, what hangs on it, and what the person who asks may do with it now. */
import { mayDo, type Person } from '../../domain/access/policy.ts';
import { deriveClocks } from '../../domain/case/clocks.ts';
import { answerOf, type CaseRow, type CommandAnswer } from '../../domain/case/projection.ts';
import { currentPause, type CaseState } from '../../domain/case/state.ts';
import { elapse } from '../../domain/case/tick.ts';
import { allowedCommands } from '../../domain/case/transitions.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import type { CaseListItemBody, CaseViewBody, CommandAnswerBody } from '../schemas/case.ts';
import { clockView, isOverdue } from './clock.ts';

/** The entity tag of a case: the revision of the last change by a person. */
export function etagOf(humanRevision: number): string {
  return `"${humanRevision}"`;
}

/** What a command answers, shown as of the instant it was decided (what was due then is breached), so that a repeated key gets the same bytes. */
export function answerView(caseId: string, episode: number, answer: CommandAnswer): CommandAnswerBody {
  return {
    caseId,
    episode,
    revision: answer.revision,
    etag: etagOf(answer.etag),
    status: answer.status,
    clocks: answer.clocks.map((clock) => clockView(clock, clock.status === 'running' && clock.breach !== null)),
  };
}

/** The answer to an opening or reopening. */
export function openingView(state: CaseState): CommandAnswerBody {
  return answerView(state.caseId, state.episode, answerOf(state));
}

/** Of the commands a case admits at an instant, those the person's roles admit too. */
export function allowedFor(state: CaseState, person: Person, at: number): string[] {
  return allowedCommands(elapse(state, Math.max(at, state.asOf)).state).filter((command) => mayDo(`case.${command}`, person));
}

export function rowView(row: CaseRow, overdue: boolean): Omit<CaseListItemBody, 'clocks'> {
  const { revision: _revision, humanRevision, attempts, nextDeadline: _next, claimDueAt: _claim, centralAlerted: _told, ...rest } = row;
  return {
    ...rest,
    otherNeeds: [...row.otherNeeds],
    redFlags: [...row.redFlags],
    circumstances: [...row.circumstances],
    revision: row.revision,
    etag: etagOf(humanRevision),
    attemptsMade: attempts,
    pausedUntil: toIsoOrNull(row.pausedUntil),
    openedAt: toIso(row.openedAt),
    episodeOpenedAt: toIso(row.episodeOpenedAt),
    nightHandoverAt: toIsoOrNull(row.nightHandoverAt),
    reachedAt: toIsoOrNull(row.reachedAt),
    closedAt: toIsoOrNull(row.closedAt),
    nearestDueAt: toIsoOrNull(row.nearestDueAt),
    overdue,
  };
}

export function caseView(row: CaseRow, state: CaseState, person: Person, asOf: number): CaseViewBody {
  return {
    ...rowView(row, row.nearestDueAt !== null && row.nearestDueAt <= asOf),
    ...overlays(state),
    ...histories(state),
    asOf: toIso(asOf),
    allowed: allowedFor(state, person, asOf),
    clocks: deriveClocks(state).map(({ clock }) => clockView(clock, isOverdue(clock, asOf))),
    pastClocks: state.pastClocks.map((clock) => clockView(clock, isOverdue(clock, asOf))),
  };
}

type Overlays = 'pause' | 'handover' | 'dispute' | 'closureProposal' | 'callback' | 'nightHandover' | 'reportAssessment' | 'unreachableDecision';

function overlays(state: CaseState): Pick<CaseViewBody, Overlays> {
  const pause = currentPause(state);
  const { handover, dispute, closureProposal, callback, nightHandover, reportAssessment, unreachableDecision } = state;
  return {
    pause: pause === null ? null : { reason: pause.reason, since: toIso(pause.from), until: toIso(pause.until), by: pause.by },
    handover: handover === null ? null : { ...handover, to: { ...handover.to }, since: toIso(handover.since) },
    dispute: dispute === null ? null : { ...dispute, since: toIso(dispute.since) },
    closureProposal: closureProposal === null ? null : { ...closureProposal, at: toIso(closureProposal.at) },
    callback: callback === null ? null : { ...callback, from: toIso(callback.from), to: toIso(callback.to) },
    nightHandover: nightHandover === null ? null : { ...nightHandover, at: toIso(nightHandover.at) },
    reportAssessment: reportAssessment === null ? null : { ...reportAssessment, since: toIso(reportAssessment.since) },
    unreachableDecision: unreachableDecision === null ? null : { ...unreachableDecision, at: toIso(unreachableDecision.at) },
  };
}

function histories(state: CaseState): Pick<CaseViewBody, 'attempts' | 'followUps' | 'alerts'> {
  return {
    attempts: state.attempts.map(({ attempt, outcome, occurredAt, recordedAt, counted, by }) => ({
      ...{ attempt, outcome, counted, by },
      occurredAt: toIso(occurredAt),
      recordedAt: toIso(recordedAt),
    })),
    followUps: state.followUps.map((step) => ({ ...step, dueAt: toIso(step.dueAt) })),
    alerts: state.alerts.map((alert) => ({
      ...alert,
      audience: [...alert.audience],
      raisedAt: toIso(alert.raisedAt),
      acknowledgedAt: toIsoOrNull(alert.acknowledgedAt),
      settledAt: toIsoOrNull(alert.settledAt),
      open: alert.acknowledgedAt === null && alert.settledAt === null,
    })),
  };
}
