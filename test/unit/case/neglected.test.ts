import { expect, test } from '@jest/globals';
import { nextDeadline } from '../../../domain/case/deadlines.ts';
import { answerOf } from '../../../domain/case/projection.ts';
import { elapse } from '../../../domain/case/tick.ts';
import { scaleRulebook } from '../../../domain/sla/scale-policy.ts';
import { CaseUnderTest } from '../../support/case-builder.ts';
import { DAY, WALL_RULEBOOK } from '../../support/rulebook.ts';

test('a case that slept for weeks of a sped-up installation wakes in pieces, each no more than a task can bear', () => {
  const { state } = new CaseUnderTest({ rulebook: scaleRulebook(WALL_RULEBOOK, 60) });
  const until = state.openedAt + 7 * DAY;
  const first = elapse(state, until);
  expect(first.events).toHaveLength(250);
  expect(nextDeadline(first.state)).toBeLessThanOrEqual(until);
  const second = elapse(first.state, until);
  expect(second.events[0]?.at).toBeGreaterThanOrEqual(first.events.at(-1)!.at);
});

test('what a workflow is told of earlier answers stays far below two megabytes, however long nobody looked', () => {
  const subject = new CaseUnderTest({ urgency: 'red' });
  for (let day = 0; day < 120; day++) subject.tickAfter(DAY);
  expect(subject.state.alerts.length).toBeGreaterThan(200);
  expect(JSON.stringify(answerOf(subject.state)).length).toBeLessThan(5_000);
  expect(JSON.stringify(subject.state).length).toBeLessThan(500_000);
});
