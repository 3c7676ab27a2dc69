import { expect, test } from '@jest/globals';
import type { ScenarioResult } from '../../../cli/scenario/play.ts';
import { reportScenario } from '../../../cli/scenario/report.ts';

function clock(startedAt: string, dueAt: string, stoppedAt: string | null) {
  return { status: stoppedAt === null ? 'running' : 'met', startedAt, dueAt, stoppedAt, paused: false, breach: null };
}

function played(clocks: Record<string, ReturnType<typeof clock>>): ScenarioResult {
  const row = { status: 'contacting', owner: null, outcome: null, urgency: 'yellow', primaryNeed: 'ISOLATION', municipio: '3', policy: 'milano@1' };
  return {
    ...{ title: 'A case', file: 'a.json', ok: true, people: {}, tookMs: 10, caseId: 'c-1', steps: [], notPlayed: [] },
    final: { case: { ...row, openedAt: '2026-10-05T21:30:00.000Z' }, clocks, events: [] },
  } as unknown as ScenarioResult;
}

test('an instant of another day than the opening has its date, however near it is', () => {
  const report = reportScenario(
    played({
      'claim-1': clock('2026-10-05T21:30:00.000Z', '2026-10-06T01:30:00.000Z', '2026-10-06T00:10:00.000Z'),
      'supervisorSeen-1': clock('2026-10-05T21:30:00.000Z', '2026-10-05T21:35:00.000Z', null),
      'firstContact-1': clock('2026-10-05T21:30:00.000Z', '2027-01-04T21:30:00.000Z', null),
    }),
  );
  expect(report).toContain('opened: 2026-10-05 21:30:00.000 UTC');
  expect(report).toMatch(/claim-1 +21:30:00\.000 +2026-10-06 01:30:00\.000 \(\+4 h\) +met at 2026-10-06 00:10:00\.000/);
  expect(report).toMatch(/supervisorSeen-1 +21:30:00\.000 +21:35:00\.000 \(\+5 min\) +running/);
  expect(report).toMatch(/firstContact-1 +21:30:00\.000 +2027-01-04 21:30:00\.000 \(\+91 d\)/);
});
