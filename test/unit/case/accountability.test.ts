import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { accountFor, WAITING_KINDS, type Accountability } from '../../../domain/case/accountability.ts';
import { tellWaiting } from '../../../domain/case/accountability-words.ts';
import { readHistory } from '../../../domain/case/history.ts';
import { CaseUnderTest, COORDINATOR, ELSEWHERE } from '../../support/case-builder.ts';
import { play, run } from '../../support/random-case.ts';
import { DAY, HOUR, MINUTE } from '../../support/rulebook.ts';

jest.setTimeout(120_000);

const account = (subject: CaseUnderTest, asOf = subject.at): Accountability => accountFor(readHistory(subject.revisions)!, asOf);
const hours = (split: Accountability['split']) => Object.fromEntries(WAITING_KINDS.map((kind) => [kind, split[kind] / HOUR]));
const sum = (split: Accountability['split']): number => WAITING_KINDS.reduce((total, kind) => total + split[kind], 0);

describe('in any life of a case', () => {
  test('each hop adds up to its length, and the hops to the whole waiting, to the millisecond', () => {
    fc.assert(
      fc.property(run, fc.integer({ min: 0, max: 5 * DAY }), (given, later) => {
        const subject = play(given);
        const asOf = subject.at + later;
        const { from, to, ms, split, hops } = account(subject, asOf);
        const { state } = subject;
        expect(from).toBe(state.episodeOpenedAt);
        expect(to).toBe(Math.max(from, state.reachedAt ?? (state.stage.status === 'closed' ? state.stage.closedAt : asOf)));
        expect([ms, sum(split), hops.reduce((total, hop) => total + hop.ms, 0)]).toEqual([to - from, to - from, to - from]);
        let cursor = from;
        for (const hop of hops) {
          expect([hop.from, sum(hop.split)]).toEqual([cursor, hop.to - hop.from]);
          expect(WAITING_KINDS.every((kind) => hop.split[kind] >= 0)).toBe(true);
          cursor = hop.to;
        }
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });
});

describe('where a family’s waiting went', () => {
  test('closing hours are nobody’s, and end with the contact', () => {
    const subject = new CaseUnderTest();
    subject.after(HOUR).do({ type: 'claim' }).after(DAY).do({ type: 'logAttempt', outcome: 'reached' });
    const { end, hops, split } = account(subject, subject.at + 9 * DAY);
    expect([end, hours(split)]).toEqual(['reached', { office: 11, unreachable: 0, family: 0, closed: 14 }]);
    expect(hops.map(({ municipio, owner, began, split: part }) => [municipio, owner, began, hours(part)])).toEqual([
      ['3', null, 'assigned', { office: 1, unreachable: 0, family: 0, closed: 0 }],
      ['3', 'worker-1', 'claimed', { office: 10, unreachable: 0, family: 0, closed: 14 }],
    ]);
  });

  test('after a missed call the family is the one not there, until the next call is due or made', () => {
    const made = new CaseUnderTest().do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'no_answer' });
    made.after(4 * HOUR).do({ type: 'logAttempt', outcome: 'reached' });
    expect(hours(account(made).split)).toEqual({ office: 0, unreachable: 4, family: 0, closed: 0 });
    const missed = new CaseUnderTest().do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'no_answer' });
    // The next attempt is due after one service day; from then on it is the office that is late.
    expect(hours(account(missed, missed.at + 2 * DAY).split)).toEqual({ office: 10, unreachable: 10, family: 0, closed: 28 });
  });

  test('a decision about an unreachable family gives the office something to do', () => {
    const subject = new CaseUnderTest({ urgency: 'green' }).do({ type: 'claim' });
    for (let attempt = 0; attempt < 3; attempt++) subject.do({ type: 'logAttempt', outcome: 'no_answer' }).after(DAY);
    const decidedAt = subject.at;
    subject.do({ type: 'decideUnreachable', decision: 'visit' }, COORDINATOR);
    const before = hours(account(subject, decidedAt).split);
    expect(before).toMatchObject({ office: 0, unreachable: 30 });
    expect(hours(account(subject, decidedAt + 2 * HOUR).split)).toMatchObject({ office: 2, unreachable: 30 });
  });

  test('until a window agreed with the family begins, it is the family that asked to wait', () => {
    const subject = new CaseUnderTest().do({ type: 'claim' });
    subject.do({ type: 'agreeCallback', from: subject.at + 3 * HOUR, to: subject.at + 4 * HOUR }).after(3 * HOUR + 30 * MINUTE);
    subject.do({ type: 'logAttempt', outcome: 'reached' });
    expect(hours(account(subject).split)).toEqual({ office: 0.5, unreachable: 0, family: 3, closed: 0 });
  });

  test('waiting for the family counts as such when the contact it rested on is corrected away', () => {
    const subject = new CaseUnderTest().do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    subject.do({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + 5 * DAY }).after(2 * HOUR);
    subject.do({ type: 'correctAttempt', attempt: 1, outcome: 'no_answer', reason: 'wrong_tap' });
    expect(hours(account(subject).split)).toEqual({ office: 0, unreachable: 0, family: 2, closed: 0 });
  });

  test('a red case has no closing hours: its promise runs round the clock', () => {
    const subject = new CaseUnderTest({ urgency: 'red', redFlags: ['R1'] });
    expect(hours(account(subject, subject.at + DAY).split)).toEqual({ office: 24, unreachable: 0, family: 0, closed: 0 });
  });

  test('a transfer belongs to the sender until it is accepted', () => {
    const subject = new CaseUnderTest().do({ type: 'claim' }).after(HOUR);
    subject
      .do({ type: 'transfer', municipio: '4', reason: 'family_moved' })
      .after(2 * HOUR)
      .do({ type: 'acceptHandover' }, ELSEWHERE)
      .after(HOUR);
    expect(account(subject).hops.map(({ municipio, owner, split }) => [municipio, owner, split.office / HOUR])).toEqual([
      ['3', 'worker-1', 3],
      ['4', null, 1],
    ]);
  });

  test('is told in Italian and English', () => {
    const subject = new CaseUnderTest().after(HOUR).do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'no_answer' }).after(DAY);
    expect(tellWaiting(account(subject), 'it', subject.at)).toEqual({
      whole: [
        'La famiglia ha aspettato 25 h: da lunedì 5 ottobre alle 9:00 a martedì 6 ottobre alle 10:00, e aspetta ancora.',
        'Così ripartito: ufficio 1 h, famiglia non raggiungibile 10 h, orario di chiusura 14 h.',
      ],
      hops: [
        'Municipio 3, in carico a nessuno, da lunedì 5 ottobre alle 9:00 a lunedì 5 ottobre alle 10:00: 1 h (ufficio 1 h).',
        'Municipio 3, in carico a worker-1, da lunedì 5 ottobre alle 10:00 a martedì 6 ottobre alle 10:00: 24 h (famiglia non raggiungibile 10 h, orario di chiusura 14 h).',
      ],
    });
    expect(tellWaiting(account(subject), 'en', subject.at).whole).toEqual([
      'The family waited 25 h: from Monday 5 October at 9:00 to Tuesday 6 October at 10:00, and waits still.',
      'Spent on: office 1 h, family could not be reached 10 h, closing hours 14 h.',
    ]);
  });
});
