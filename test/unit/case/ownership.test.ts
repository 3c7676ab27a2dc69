import { describe, expect, test } from '@jest/globals';
import { CaseUnderTest, CENTRAL, COLLEAGUE, COORDINATOR, ELSEWHERE, person, WORKER } from '../../support/case-builder.ts';
import { HOUR, MINUTE } from '../../support/rulebook.ts';
import { clockOf } from '../../support/clock-of.ts';

const claimed = () => new CaseUnderTest().after(HOUR).do({ type: 'claim' });

describe('assignment and claim', () => {
  test('a case opened with its municipio awaits claim and freezes the competence at opening', () => {
    const { state, revisions } = new CaseUnderTest();
    expect(state.stage).toEqual({ status: 'awaiting_claim', municipio: '3', owner: null });
    expect(state.competenceAtOpening).toEqual({ municipio: '3', reason: 'registered_address' });
    expect(revisions).toHaveLength(1);
  });

  test('a case without a municipio awaits assignment, and its assignment clock runs', () => {
    const subject = new CaseUnderTest({ assignment: null });
    expect(subject.state.stage.status).toBe('awaiting_assignment');
    expect(clockOf(subject.state, 'assignment-1').status).toBe('running');
    subject.after(HOUR).do({ type: 'assign', municipio: '4', reason: 'domicile' });
    expect(clockOf(subject.state, 'assignment-1').status).toBe('met');
    expect(subject.state.competenceAtOpening).toEqual({ municipio: '4', reason: 'domicile' });
  });

  test('assigning again is a new hop with a full claim clock; the family clocks run on', () => {
    const subject = new CaseUnderTest().after(2 * HOUR).do({ type: 'assign', municipio: '4', reason: 'address_corrected' });
    expect(subject.state.hop).toBe(2);
    expect(clockOf(subject.state, 'claim-1').status).toBe('ended');
    expect(clockOf(subject.state, 'claim-2').startedAt).toBe(subject.at);
    expect(clockOf(subject.state, 'firstContact-1').startedAt).toBe(subject.state.openedAt);
    expect(subject.state.competenceAtOpening?.municipio).toBe('3');
    expect(subject.refused({ type: 'assign', municipio: '4', reason: 'domicile' })).toBe('already_at_municipio');
  });

  test('one claim wins; a second is refused with what is allowed now', () => {
    const subject = claimed();
    expect(subject.state.stage).toMatchObject({ status: 'contacting', owner: 'worker-1' });
    const refusal = subject.try({ type: 'claim' }, COLLEAGUE);
    expect(refusal).toMatchObject({ code: 'command_not_allowed', details: { status: 'contacting' } });
    expect('allowed' in refusal && refusal.allowed).toContain('logAttempt');
  });

  test('a released case waits to be claimed again, with a new claim clock', () => {
    const subject = claimed().after(HOUR).do({ type: 'release', reason: 'absence' });
    expect(subject.state.stage).toEqual({ status: 'awaiting_claim', municipio: '3', owner: null });
    expect([clockOf(subject.state, 'claim-1').status, clockOf(subject.state, 'claim-2').status]).toEqual(['met', 'running']);
  });

  test('a case whose family was reached before is followed up by whoever claims it', () => {
    const subject = claimed()
      .do({ type: 'logAttempt', outcome: 'reached' })
      .do({ type: 'release', reason: 'workload' })
      .do({ type: 'assignTo', worker: 'worker-2' }, COORDINATOR);
    expect(subject.state.stage).toMatchObject({ status: 'following_up', owner: 'worker-2' });
  });
});

describe('handover', () => {
  test('the sender keeps owner, state and duty until the receiver accepts', () => {
    const subject = claimed().do({ type: 'transfer', municipio: '4', reason: 'family_moved' });
    expect(subject.state.stage).toMatchObject({ status: 'contacting', municipio: '3', owner: 'worker-1' });
    expect(subject.refused({ type: 'acceptHandover' }, COLLEAGUE)).toBe('not_the_receiver');
    subject.after(10 * MINUTE).do({ type: 'acceptHandover' }, ELSEWHERE);
    expect(subject.state.stage).toEqual({ status: 'awaiting_claim', municipio: '4', owner: null });
    expect(subject.state.hop).toBe(2);
    expect(clockOf(subject.state, 'handover-1').status).toBe('met');
    expect(clockOf(subject.state, 'claim-2').status).toBe('running');
  });

  test('declined or withdrawn, the case stays where it was and the handover clock ends', () => {
    const subject = claimed()
      .do({ type: 'transfer', municipio: '4', reason: 'competence' })
      .do({ type: 'declineHandover', reason: 'not_competent' }, ELSEWHERE);
    expect(subject.state.handover).toBeNull();
    expect(clockOf(subject.state, 'handover-1').status).toBe('ended');
    subject.do({ type: 'reassign', worker: 'worker-2', reason: 'absence' });
    expect(subject.refused({ type: 'withdrawHandover' }, person('worker-9', ['socialWorker']))).toBe('not_the_sender');
    subject.do({ type: 'withdrawHandover' });
    expect(subject.state.stage.owner).toBe('worker-1');
  });

  test('a reassignment accepted changes the owner only; planned steps follow the new owner', () => {
    const subject = claimed()
      .do({ type: 'planFollowUp', kind: 'call', dueAt: claimed().at + 48 * HOUR })
      .do({ type: 'reassign', worker: 'worker-2', reason: 'absence' });
    subject.do({ type: 'acceptHandover' }, COLLEAGUE);
    expect(subject.state.stage).toMatchObject({ status: 'contacting', owner: 'worker-2' });
    expect(subject.state.hop).toBe(1);
    expect(subject.state.followUps[0]?.owner).toBe('worker-2');
  });

  test('only its owner or a coordinator gives a case away or ends it; a colleague may still log a call', () => {
    const subject = claimed();
    expect(subject.refused({ type: 'release', reason: 'absence' }, COLLEAGUE)).toBe('not_the_owner');
    expect(subject.refused({ type: 'transfer', municipio: '4', reason: 'absence' }, COLLEAGUE)).toBe('not_the_owner');
    expect(subject.refused({ type: 'close', outcome: 'duplicate' }, COLLEAGUE)).toBe('not_the_owner');
    expect(subject.refused({ type: 'release', reason: 'absence' }, ELSEWHERE)).toBe('not_the_owner');
    subject.do({ type: 'logAttempt', outcome: 'busy' }, COLLEAGUE).do({ type: 'reassign', worker: 'worker-2', reason: 'absence' }, COORDINATOR);
    expect(subject.state.handover?.by).toBe('coordinator-3');
  });

  test('handing over to oneself or to the same municipio is refused', () => {
    expect(claimed().refused({ type: 'reassign', worker: 'worker-1', reason: 'absence' })).toBe('already_owner');
    expect(claimed().refused({ type: 'transfer', municipio: '3', reason: 'absence' })).toBe('municipio_is_same');
  });
});

describe('competence', () => {
  test('a contested case is accepted provisionally and no clock stops', () => {
    const subject = new CaseUnderTest({ contested: 'border_address', assignment: { municipio: '3', reason: 'provisional_acceptance' } });
    expect(subject.state).toMatchObject({ provisional: true, dispute: { dispute: 1 } });
    expect(clockOf(subject.state, 'competence-1').status).toBe('running');
    expect(clockOf(subject.state, 'claim-1').status).toBe('running');
    subject.do({ type: 'claim' });
    expect(subject.state.stage.status).toBe('contacting');
  });

  test('resolved for another municipio it moves there as a new hop; for the same one it just goes on', () => {
    const moved = claimed()
      .do({ type: 'disputeCompetence', reason: 'just_moved', proposed: '4' })
      .do({ type: 'resolveCompetence', municipio: '4', reason: 'registered_address' }, CENTRAL);
    expect(moved.state.stage).toEqual({ status: 'awaiting_claim', municipio: '4', owner: null });
    const stays = claimed()
      .do({ type: 'disputeCompetence', reason: 'just_moved' })
      .do({ type: 'resolveCompetence', municipio: '3', reason: 'registered_address' }, CENTRAL);
    expect(stays.state).toMatchObject({ provisional: false, dispute: null, hop: 1, stage: { owner: 'worker-1' } });
  });

  test('a second dispute waits for the first; proposing where it already is makes no sense', () => {
    const subject = claimed().do({ type: 'disputeCompetence', reason: 'just_moved' });
    expect(subject.refused({ type: 'disputeCompetence', reason: 'refuge' })).toBe('command_not_allowed');
    expect(claimed().refused({ type: 'disputeCompetence', reason: 'refuge', proposed: '3' })).toBe('municipio_is_same');
  });
});

describe('what the caller has seen', () => {
  test('a stale revision is refused, but a warning does not make it stale', () => {
    const subject = new CaseUnderTest();
    const seen = subject.state.humanRevision;
    subject.tickAfter(3 * HOUR);
    expect(subject.state.revision).toBeGreaterThan(seen);
    expect(subject.try({ type: 'claim' }, WORKER, { ifMatch: seen })).not.toHaveProperty('code');
    expect(subject.try({ type: 'release', reason: 'absence' }, WORKER, { ifMatch: seen })).toMatchObject({ code: 'case_changed' });
  });
});
