import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { deriveClocks } from '../../../domain/case/clocks.ts';
import { explainClock, type ClockExplanation } from '../../../domain/case/explanation.ts';
import { tellExplanation } from '../../../domain/case/explanation-words.ts';
import { readHistory } from '../../../domain/case/history.ts';
import { consumedAt } from '../../../domain/sla/clock.ts';
import { CaseUnderTest, COORDINATOR, ELSEWHERE, opening } from '../../support/case-builder.ts';
import { play, run } from '../../support/random-case.ts';
import { DAY, HOUR, MINUTE, MONDAY_9, TEST_RULEBOOK } from '../../support/rulebook.ts';
import { at } from '../../support/calendars.ts';

jest.setTimeout(120_000);

function explain(subject: CaseUnderTest, id: string, asOf = subject.at): ClockExplanation {
  const explanation = explainClock(readHistory(subject.revisions)!, id, asOf);
  if (explanation === null) throw new Error(`no clock ${id}`);
  return explanation;
}

const told = (subject: CaseUnderTest, id: string, language: 'it' | 'en', asOf = subject.at) => tellExplanation(explain(subject, id, asOf), language, asOf);

describe('in any life of a case', () => {
  test('every clock of every episode is explained in both languages, and its parts add up to what it counted', () => {
    fc.assert(
      fc.property(run, fc.integer({ min: 0, max: 5 * DAY }), (given, later) => {
        const subject = play(given);
        const asOf = subject.at + later;
        const history = readHistory(subject.revisions)!;
        expect(history.state).toEqual(subject.state);
        expect([history.bases.length, history.pauses.length]).toEqual([subject.state.bases.length, subject.state.pauses.length]);
        for (const { clock, course } of deriveClocks(history.state)) {
          const explanation = explainClock(history, clock.id, asOf)!;
          const { parts, consumedMs, leftMs, overMs, totalMs, ahead } = explanation.course;
          expect(parts.reduce((sum, part) => sum + part.countedMs, 0)).toBe(consumedMs);
          expect(consumedMs).toBe(consumedAt(course, Math.max(clock.startedAt, clock.stoppedAt ?? asOf)));
          if (totalMs !== null) expect(consumedMs + leftMs! - overMs!).toBe(totalMs);
          for (const language of ['it', 'en'] as const) {
            const words = tellExplanation(explanation, language, asOf);
            expect([words.parts.length, words.ahead.length]).toEqual([parts.length, ahead.length]);
            expect([...words.summary, ...words.parts, ...words.ahead].filter((sentence) => /\b(undefined|null|NaN)\b|\(\)/.test(sentence))).toEqual([]);
          }
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});

describe('the words', () => {
  test('say of each part when, why, and how much of it counted', () => {
    const subject = new CaseUnderTest({}, at('2026-10-30T16:30:00+01:00'));
    const asOf = at('2026-11-02T08:30:05+01:00');
    expect(told(subject, 'claim-1', 'it', asOf).parts).toEqual([
      'Aperto venerdì 30 ottobre 16:30-18:00: contate 1 h 30 min',
      'Chiuso da venerdì 30 ottobre alle 18:00 a sabato 31 ottobre alle 8:00: non contato',
      'Aperto sabato 31 ottobre 8:00-18:00: contate 10 h',
      'Chiuso sabato 31 ottobre 18:00-24:00: non contato',
      'Festivo domenica 1º novembre (Ognissanti): non contato',
      'Chiuso lunedì 2 novembre 0:00-8:00: non contato',
      'Aperto lunedì 2 novembre 8:00-8:30:05: contati 30 min 5 s',
    ]);
    expect(told(subject, 'claim-1', 'en', asOf).parts.slice(3)).toEqual([
      'Closed Saturday 31 October 18:00-24:00: not counted',
      'Holiday Sunday 1 November (Ognissanti): not counted',
      'Closed Monday 2 November 0:00-8:00: not counted',
      'Open Monday 2 November 8:00-8:30:05: 30 min 5 s counted',
    ]);
  });

  test('say who opened it, what was promised, what is left and why it is due then', () => {
    const subject = new CaseUnderTest();
    subject.after(90 * MINUTE);
    expect(told(subject, 'claim-1', 'it').summary).toEqual([
      '«Presa in carico»: iniziato lunedì 5 ottobre alle 9:00, quando il caso è stato assegnato al municipio 3 da operator-1.',
      'Tempo promesso: 4 h di apertura.',
      'Finora contate 1 h 30 min.',
      'Restano 2 h 30 min.',
      'La scadenza è lunedì 5 ottobre alle 13:00: allora il tempo promesso è tutto contato.',
    ]);
    expect(told(subject, 'claim-1', 'en').summary).toEqual([
      '"Claim": started on Monday 5 October at 9:00, when the case was assigned to municipio 3 by operator-1.',
      'Time promised: 4 h of opening time.',
      'So far 1 h 30 min counted.',
      '2 h 30 min left.',
      'It is due on Monday 5 October at 13:00: by then all the time promised has counted.',
    ]);
    expect(told(subject, 'claim-1', 'it').ahead).toEqual(['Aperto lunedì 5 ottobre 10:30-13:00: si conteranno 2 h 30 min']);
  });

  test('name who changed the urgency, who waited and why, and who moved the case', () => {
    const subject = new CaseUnderTest();
    subject.do({ type: 'claim' }).after(HOUR).do({ type: 'logAttempt', outcome: 'reached' });
    subject.after(HOUR).do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag' });
    subject.after(3 * HOUR).do({ type: 'changeUrgency', urgency: 'green', reason: 'situation_improved' }, COORDINATOR);
    subject.after(HOUR).do({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + DAY });
    subject.tickAfter(DAY);
    subject.do({ type: 'transfer', municipio: '4', reason: 'family_moved' }).after(HOUR).do({ type: 'acceptHandover' }, ELSEWHERE);
    const { legs, pauses, due } = explain(subject, 'decision-1');
    expect(legs.map(({ urgency, municipio, cause }) => [urgency, municipio, cause?.type, cause?.actor?.id, cause?.reason])).toEqual([
      ['yellow', '3', undefined, undefined, undefined],
      ['red', '3', 'urgencyChanged', 'worker-1', 'new_red_flag'],
      ['green', '3', 'urgencyChanged', 'coordinator-3', 'situation_improved'],
      ['green', '4', 'handoverAccepted', 'coordinator-4', 'family_moved'],
    ]);
    expect(pauses).toMatchObject([{ reason: 'WAITING_FAMILY', by: 'worker-1', ended: { type: 'resumed', reason: 'end_reached' } }]);
    expect(due?.reason).toBe('after_changes');
    expect(told(subject, 'decision-1', 'it').summary.slice(2, 6)).toEqual([
      'Lunedì 5 ottobre alle 11:00 l’urgenza è passata da gialla a rossa (nuovo segnale di pericolo), da worker-1: il tempo già contato resta, e ora il tempo promesso è 24 h di orologio, giorno e notte.',
      'Lunedì 5 ottobre alle 14:00 l’urgenza è passata da rossa a verde (situazione migliorata), da coordinator-3: il tempo già contato resta, e ora il tempo promesso è 10 giorni lavorativi, alla stessa ora.',
      'La pausa è finita martedì 6 ottobre alle 15:00: termine raggiunto, dal sistema.',
      'Martedì 6 ottobre alle 16:00 il caso è passato dal municipio 3 al municipio 4 (trasferimento della famiglia), da coordinator-4.',
    ]);
    expect(told(subject, 'decision-1', 'it').parts).toContain(
      'In pausa da lunedì 5 ottobre alle 15:00 a martedì 6 ottobre alle 15:00, in attesa della famiglia, chiesta da worker-1: non contato',
    );
  });

  test('name a rebase, with the rules before and after it and who ran it', () => {
    const subject = new CaseUnderTest();
    const rulebook = { ...TEST_RULEBOOK, policy: { ...TEST_RULEBOOK.policy, version: 2 } };
    subject.after(HOUR).do({ type: 'rebase', reason: 'policy_published', rulebook }, { kind: 'person', id: 'admin-1', roles: ['admin'], municipi: [] });
    expect(told(subject, 'claim-1', 'en').summary[2]).toBe(
      'On Monday 5 October at 10:00 the rules changed, from test@1 to test@2 (new rules published), by admin-1.',
    );
  });

  test('tell a date promised by a person, and that waiting moved it', () => {
    const subject = new CaseUnderTest();
    subject.do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    subject.do({ type: 'planFollowUp', kind: 'call', dueAt: MONDAY_9 + 2 * DAY });
    expect(told(subject, 'followUp-1', 'it').summary.slice(1)).toEqual([
      'Promesso entro mercoledì 7 ottobre alle 9:00.',
      'Finora non è contato niente.',
      'Restano 20 h.',
      'La scadenza è mercoledì 7 ottobre alle 9:00: la data è stata promessa da una persona.',
    ]);
    subject.do({ type: 'pause', reason: 'WAITING_FAMILY', until: MONDAY_9 + DAY });
    expect(told(subject, 'followUp-1', 'en').summary.at(-1)).toBe(
      'It is due on Thursday 8 October at 9:00: it was promised by Wednesday 7 October at 9:00, and 10 h of waiting are added after that.',
    );
  });

  test('say that a shortened promise was over before it was made', () => {
    const subject = new CaseUnderTest();
    subject.after(2 * HOUR).do({ type: 'changeUrgency', urgency: 'red', reason: 'situation_worsened' });
    const { due } = explain(subject, 'claim-1');
    expect(due).toMatchObject({ at: MONDAY_9 + 30 * MINUTE, reason: 'already_over' });
  });

  test('say that a promise was broken, kept late, or recorded late, and the cause that was set', () => {
    const subject = new CaseUnderTest();
    subject.tickAfter(5 * HOUR);
    subject.do({ type: 'claim' });
    const summary = tellExplanation(explain(subject, 'claim-1'), 'it', subject.at, { cause: 'workload', by: 'coordinator-3', at: subject.at }).summary;
    expect(summary.slice(3)).toEqual([
      'Il tempo promesso è superato di 1 h.',
      'La scadenza era lunedì 5 ottobre alle 13:00: allora il tempo promesso è tutto contato.',
      'Promessa compiuta in ritardo, lunedì 5 ottobre alle 14:00, quando il caso è stato preso in carico (worker-1).',
      'Promessa non mantenuta: la scadenza era lunedì 5 ottobre alle 13:00; rilevata lunedì 5 ottobre alle 14:00.',
      'Causa indicata lunedì 5 ottobre alle 14:00, da coordinator-3: carico di lavoro.',
    ]);
    const late = new CaseUnderTest().do({ type: 'claim' });
    late.tickAfter(DAY + HOUR);
    late.do({ type: 'logAttempt', outcome: 'no_answer', occurredAt: MONDAY_9 + HOUR });
    expect(told(late, 'firstAttempt-1', 'en').summary.at(-1)).toBe(
      'What keeps it had happened before it was due but was recorded after: the breach stays, marked as recorded late.',
    );
  });

  test('tell a review from nothing else being due to the act that answers it', () => {
    const subject = new CaseUnderTest({ urgency: 'green' }).do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    subject.do({ type: 'recordDecision', kind: 'information' });
    subject.tickAfter(20 * DAY);
    subject.do({ type: 'planFollowUp', kind: 'call', dueAt: subject.at + DAY });
    const { summary } = told(subject, 'review-1', 'it');
    expect(summary[0]).toMatch(/^«Riesame»: iniziato .*, perché non c’era altro in scadenza\.$/);
  });

  test('say which pass of an hour shown twice is meant, and that the clock went back within a stretch', () => {
    const subject = new CaseUnderTest({ urgency: 'red', redFlags: ['R1'] }, at('2026-10-25T02:30:00+02:00'));
    const { parts } = told(subject, 'firstContact-1', 'it', at('2026-10-25T02:30:00+01:00'));
    expect(parts).toEqual([
      'Orologio continuo domenica 25 ottobre 2:30 (prima che torni indietro l’orologio)-2:30 (dopo che è tornato indietro l’orologio), con l’orologio che torna indietro di 1 h: contata 1 h',
    ]);
    expect(told(subject, 'firstContact-1', 'en', at('2026-10-26T02:30:00+01:00')).parts).toEqual([
      'Round the clock from Sunday 25 October at 2:30 (before the clock goes back) to Monday 26 October at 2:30, with the clock going back 1 h: 25 h counted',
    ]);
  });

  test('give the year where it is not the current one', () => {
    const subject = new CaseUnderTest();
    expect(told(subject, 'claim-1', 'it', at('2027-01-04T09:00:00+01:00')).summary[0]).toContain('lunedì 5 ottobre 2026 alle 9:00');
  });

  test('explain a clock nobody promised anything for', () => {
    expect(opening().urgency).toBe('yellow');
    const subject = new CaseUnderTest({ urgency: 'red', redFlags: ['R1'] });
    subject.after(HOUR).do({ type: 'changeUrgency', urgency: 'green', reason: 'triage_mistake' }, COORDINATOR);
    subject.after(HOUR);
    const { summary, parts } = told(subject, 'supervisorSeen-1', 'en');
    expect(summary.join(' ')).toContain('from then on no time is promised, and none is counted.');
    expect(parts.at(-1)).toMatch(/^No time promised .*: not counted$/);
    expect(explain(subject, 'supervisorSeen-1').due).toBeNull();
  });
});
