import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { accountFor, WAITING_KINDS } from '../../domain/case/accountability.ts';
import { allClocks, deriveClocks } from '../../domain/case/clocks.ts';
import type { EventOf, EventType } from '../../domain/case/events.ts';
import { explainClock, type ClockExplanation } from '../../domain/case/explanation.ts';
import { tellExplanation } from '../../domain/case/explanation-words.ts';
import { readHistory, type CaseHistory } from '../../domain/case/history.ts';
import { consumedAt } from '../../domain/sla/clock.ts';
import { DEFAULT_POLICY } from '../../domain/sla/default-policy.ts';
import { URGENCIES } from '../../domain/sla/policy.ts';
import { DAY, HOUR } from '../support/rulebook.ts';
import { liveSixtyDays, type SixtyDays } from '../support/sixty-days.ts';
import { createTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';

jest.setTimeout(180_000);

let engine: TimeSkipping;
let life: SixtyDays;
let first: CaseHistory;
let second: CaseHistory;
beforeAll(async () => {
  engine = await createTimeSkipping();
  life = await liveSixtyDays(engine);
  const revisions = life.episodes[1].revisions();
  second = readHistory(revisions)!;
  first = readHistory(
    revisions.slice(
      0,
      revisions.findIndex(({ command }) => command === 'reopen'),
    ),
  )!;
}, 180_000);
afterAll(async () => {
  await engine.stop();
  await engine.env.teardown();
});

const find = <T extends EventType>(type: T) => second.events.filter((event): event is EventOf<T> => event.type === type);

function explain(id: string, history = first): ClockExplanation {
  const explanation = explainClock(history, id, life.endedAt);
  if (explanation === null) throw new Error(`no clock ${id}`);
  return explanation;
}

describe('sixty days of a case', () => {
  test('hold every clock of the policy but those it does not promise', () => {
    const lived = new Set(allClocks(second.state).map(({ name }) => name));
    const promised = DEFAULT_POLICY.clocks.filter(({ targets }) => URGENCIES.some((urgency) => targets[urgency] !== null)).map(({ name }) => name);
    expect(promised.filter((name) => !lived.has(name))).toEqual([]);
    expect(life.endedAt - life.startedAt).toBeGreaterThan(60 * DAY);
  });

  test('explain every clock of both episodes to the millisecond, in both languages', () => {
    for (const history of [first, second]) {
      for (const { clock, course } of deriveClocks(history.state)) {
        const { course: time, pauses, legs, ...explanation } = explain(clock.id, history);
        const parts = time.parts;
        const until = Math.max(clock.startedAt, clock.stoppedAt ?? life.endedAt);
        expect([clock.id, parts.reduce((sum, part) => sum + part.countedMs, 0)]).toEqual([clock.id, consumedAt(course, until)]);
        expect(parts.every((part, index) => part.from === (parts[index - 1]?.to ?? clock.startedAt))).toBe(true);
        expect(parts.at(-1)?.to ?? until).toBe(until);
        if (time.totalMs !== null) expect(time.consumedMs + time.leftMs! - time.overMs!).toBe(time.totalMs);
        for (const language of ['it', 'en'] as const) {
          const { summary, parts: told } = tellExplanation({ ...explanation, course: time, pauses, legs }, language, life.endedAt);
          expect([...summary, ...told].filter((sentence) => /\b(undefined|null|NaN)\b|\(\)/.test(sentence))).toEqual([]);
        }
      }
    }
  });

  test('count the night of 25 hours where the clock runs by the wall', () => {
    const wall = explain('firstContact-1').course.parts.find(({ from }) => from > life.local('10-30T11:59'))!;
    // From Saturday noon to Tuesday at eight, with an hour more on Sunday.
    expect(Math.round(wall.countedMs / HOUR)).toBe(69);
    expect(tellExplanation(explain('firstContact-1'), 'it', life.endedAt).parts.join('\n')).toMatch(
      /con l’orologio che torna indietro di 1 h: contate (69 h|68 h 59 min)/,
    );
  });

  test('leave out holidays by name, closures by reason, and waiting by who asked for it', () => {
    const labels = new Set(deriveClocks(first.state).flatMap(({ clock }) => explain(clock.id).course.parts.map(({ label }) => label)));
    const named = ['Assemblea del personale', 'Chiusura natalizia', 'Immacolata Concezione', 'Natale di Gesù', "Sant'Ambrogio", 'Santo Stefano'];
    expect(named.filter((label) => !labels.has(label))).toEqual([]);
    const { pauses } = explain('followUp-3');
    expect(pauses).toMatchObject([
      { by: 'worker-1', ended: { reason: 'end_reached' } },
      { by: 'worker-4', ended: { reason: 'by_person' } },
    ]);
  });

  test('carry each change into what was counted before and after it', () => {
    expect(explain('decision-1').legs.map(({ urgency, municipio, cause }) => [urgency, municipio, cause?.type ?? null, cause?.actor?.id ?? null])).toEqual([
      ['yellow', null, null, null],
      ['yellow', '3', 'assigned', 'shift-leader-1'],
      ['red', '3', 'urgencyChanged', 'coordinator-3'],
      ['yellow', '3', 'urgencyChanged', 'coordinator-3'],
      ['green', '3', 'urgencyChanged', 'worker-1'],
      ['green', '4', 'handoverAccepted', 'coordinator-4'],
    ]);
    expect(explain('followUp-3').legs.map(({ cause }) => cause?.reason ?? null)).toEqual([null, 'calendar_changed']);
  });

  test('break each promise at its instant and climb every step of every ladder, answered or not', () => {
    // A promise shortened to less than was counted is broken at the instant of the change.
    const changes = find('urgencyChanged').map(({ at }) => at);
    const late = find('clockBreached').filter(({ dueAt, detectedAt }) => detectedAt - dueAt > 5_000);
    expect(late.filter(({ dueAt, detectedAt }) => !changes.some((at) => at >= dueAt && Math.abs(detectedAt - at) < 5_000))).toEqual([]);
    const raised = new Set(find('alertRaised').map(({ name, step }) => `${name}:${step}`));
    const steps = DEFAULT_POLICY.clocks.flatMap(({ name, targets }) => {
      const longest = Math.max(...URGENCIES.map((urgency) => targets[urgency]?.ladder.length ?? 0));
      return Array.from({ length: longest }, (_, index) => `${name}:${index + 1}`);
    });
    expect(steps.filter((step) => !raised.has(step))).toEqual([]);
    const answers = deriveClocks(first.state).filter(({ clock }) => clock.name === 'acknowledgement');
    expect(new Set(answers.map(({ clock }) => clock.status))).toEqual(new Set(['met', 'ended']));
    expect(answers.some(({ clock }) => clock.breach !== null)).toBe(true);
  });

  test('keep a breach that was kept after all, marked', () => {
    const { clock } = explain('callbackWindow-1');
    expect(clock).toMatchObject({ status: 'met', stoppedAt: life.local('11-03T14:30'), breach: { dueAt: life.local('11-03T15:00'), recordedLate: true } });
  });

  test('split the family’s waiting without losing a millisecond', () => {
    const account = accountFor(first, life.endedAt);
    expect(account.end).toBe('reached');
    expect(account.hops.reduce((sum, hop) => sum + WAITING_KINDS.reduce((total, kind) => total + hop.split[kind], 0), 0)).toBe(account.to - account.from);
    expect(WAITING_KINDS.map((kind) => account.split[kind] > 0)).toEqual([true, true, true, true]);
    expect(account.hops.map(({ municipio, owner }) => [municipio, owner])).toEqual([
      [null, null],
      ['3', null],
      ['3', 'worker-1'],
    ]);
  });

  test('end both runs and leave the log as the workflow had it', async () => {
    for (const running of life.episodes) expect((await running.handle.describe()).status.name).toBe('COMPLETED');
    expect(second.state).toEqual(await life.episodes[1].state());
  });
});
