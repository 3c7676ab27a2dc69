/** Suppositions as they are shown. */
import type { Clock } from '../../domain/case/clocks.ts';
import type { Supposed } from '../../domain/case/what-if.ts';
import { toIso } from '../instants.ts';
import type { WhatIfViewBody } from '../schemas/what-if.ts';
import { clockView, isOverdue } from './clock.ts';

export function whatIfView(caseId: string, { clocks, alerts }: Supposed, asOf: number): WhatIfViewBody {
  const view = (clock: Clock | null) => (clock === null ? null : clockView(clock, isOverdue(clock, asOf)));
  return {
    ...{ caseId, asOf: toIso(asOf) },
    clocks: clocks.map(({ id, before, after, movedByMs }) => ({
      id,
      before: view(before),
      after: view(after),
      moved: before?.status !== after?.status || before?.dueAt !== after?.dueAt,
      movedByMs,
    })),
    alerts: alerts.map(({ clock, audience }) => ({ clock, audience: [...audience] })),
  };
}
