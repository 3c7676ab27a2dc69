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
      return { id, deadline: toIso(computed.deadline), segments: wireSegments(computed.segments) };
    case 'elapsed':
      return { id, workingSeconds: computed.workingMs / 1_000, segments: wireSegments(computed.segments) };
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

/** Each begins where the one before ends: half of the instants need not be written again. */
function wireSegments(segments: readonly Segment[]): readonly WireSegment[] {
  let from = segments[0] === undefined ? '' : toIso(segments[0].from);
  return segments.map((segment) => {
    const written = { from, to: toIso(segment.to), kind: segment.kind, countedSeconds: segment.countedMs / 1_000 };
    from = written.to;
    return written;
  });
}

/** In UTC, to the second unless there is a fraction. */
function toIso(instant: number): string {
  const text = new Date(instant).toISOString();
  return instant % 1_000 === 0 ? `${text.slice(0, -5)}Z` : text;
}
