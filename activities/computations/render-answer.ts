/** A computed answer as JSON has it: instants in UTC, lengths in seconds. */
import type { Computed } from '../../domain/sla/computation.ts';
import type { Segment } from '../../domain/sla/segments.ts';
import type { FaultAnswer } from './request-fault.ts';

export interface WireSegment {
  readonly from: string;
  readonly to: string;
  readonly kind: Segment['kind'];
  readonly countedSeconds: number;
}

/** The answer to one request; which fields it has depends on the kind. */
export interface ComputationAnswer {
  /** As the request gave it; null where it gave none. */
  readonly id: unknown;
  readonly deadline?: string;
  readonly workingSeconds?: number;
  readonly level?: string;
  readonly open?: string | boolean;
  readonly intervals?: readonly (readonly [from: string, to: string])[];
  readonly segments?: readonly WireSegment[];
  readonly error?: FaultAnswer;
}

export function renderAnswer(id: unknown, computed: Computed): ComputationAnswer {
  switch (computed.kind) {
    case 'deadline':
      return { id, deadline: toIso(computed.deadline), segments: computed.segments.map(wireSegment) };
    case 'elapsed':
      return { id, workingSeconds: computed.workingMs / 1_000, segments: computed.segments.map(wireSegment) };
    case 'pausedTotal':
      return { id, workingSeconds: computed.workingMs / 1_000 };
    case 'businessDays':
    case 'policyChange':
      return { id, deadline: toIso(computed.deadline) };
    case 'ladder':
      return { id, level: toIso(computed.level) };
    case 'nextOpen':
      return { id, open: toIso(computed.open) };
    case 'isOpen':
      return { id, open: computed.open };
    case 'openIntervals':
      return { id, intervals: computed.intervals.map(({ from, to }) => [toIso(from), toIso(to)]) };
  }
}

function wireSegment({ from, to, kind, countedMs }: Segment): WireSegment {
  return { from: toIso(from), to: toIso(to), kind, countedSeconds: countedMs / 1_000 };
}

/** In UTC, to the second unless there is a fraction. */
function toIso(instant: number): string {
  const text = new Date(instant).toISOString();
  return instant % 1_000 === 0 ? `${text.slice(0, -5)}Z` : text;
}
