/** What changes between two policies, promise by promise: what a person reads before publishing. */
import { CLOCK_NAMES, URGENCIES, type ClockDefinition, type ClockName, type Policy, type Target, type Urgency } from './policy.ts';
import { isEqual } from './rulebook.ts';

const TARGET_FIELDS = ['budget', 'warnings', 'ladder'] as const;

export interface PolicyDifference {
  /** A part of a promise, or `definition` (milestones, pauses, whose promise it is), or a field of the policy itself. */
  readonly field: (typeof TARGET_FIELDS)[number] | 'promise' | 'definition' | 'attempts' | keyof Policy;
  /** Null for what is about no clock. */
  readonly clock: ClockName | null;
  readonly urgency: Urgency | null;
  /** A primary need with promises of its own; null for the rest. */
  readonly need: string | null;
  /** As it stands in each policy; null where it is not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Every difference, clocks in their usual order first. */
export function comparePolicies(before: Policy, after: Policy): readonly PolicyDifference[] {
  return [
    ...CLOCK_NAMES.flatMap((name) => compareClocks(name, clockOf(before, name), clockOf(after, name))),
    ...URGENCIES.flatMap((urgency) => differing('attempts', { clock: null, urgency, need: null }, before.attempts[urgency], after.attempts[urgency])),
    ...OWN_FIELDS.flatMap((field) => differing(field, NOWHERE, before[field], after[field])),
  ];
}

type Place = Pick<PolicyDifference, 'clock' | 'urgency' | 'need'>;

const NOWHERE: Place = { clock: null, urgency: null, need: null };
const OWN_FIELDS = ['appliesTo', 'maximumPauseDays', 'reopenWindowMs', 'backdateMs', 'authorCorrectionMs', 'twoPersonClosure'] as const;

function clockOf(policy: Policy, name: ClockName): ClockDefinition | undefined {
  return policy.clocks.find((clock) => clock.name === name);
}

function compareClocks(clock: ClockName, before: ClockDefinition | undefined, after: ClockDefinition | undefined): PolicyDifference[] {
  const needs = [...new Set([...Object.keys(before?.byNeed ?? {}), ...Object.keys(after?.byNeed ?? {})])].sort();
  return [
    ...differing('definition', { ...NOWHERE, clock }, definitionOf(before), definitionOf(after)),
    ...[null, ...needs].flatMap((need) =>
      URGENCIES.flatMap((urgency) => compareTargets({ clock, urgency, need }, promised(before, need, urgency), promised(after, need, urgency))),
    ),
  ];
}

function definitionOf(clock: ClockDefinition | undefined): object | null {
  if (clock === undefined) return null;
  const { starts, stops, instances, pausedBy, party } = clock;
  return { starts, stops, instances, pausedBy, party };
}

/** What is promised to a case of that need: its own target, else everybody's. */
function promised(clock: ClockDefinition | undefined, need: string | null, urgency: Urgency): Target | null {
  const own = need === null ? undefined : clock?.byNeed?.[need]?.[urgency];
  return own === undefined ? (clock?.targets[urgency] ?? null) : own;
}

function compareTargets(place: Place, before: Target | null, after: Target | null): PolicyDifference[] {
  if (before === null || after === null) return differing('promise', place, before, after);
  return TARGET_FIELDS.flatMap((field) => differing(field, place, before[field], after[field]));
}

function differing(field: PolicyDifference['field'], place: Place, before: unknown, after: unknown): PolicyDifference[] {
  return isEqual(before, after) ? [] : [{ field, ...place, before: before ?? null, after: after ?? null }];
}
