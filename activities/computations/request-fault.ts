/** Why a computation cannot be answered. Codes are a contract (docs/reference/sla-compute.md). */

const FAULTS = {
  json_invalid: 'this line is not JSON',
  request_invalid: 'a request is a JSON object',
  kind_unknown: 'kinds are deadline, elapsed, pausedTotal, businessDays, ladder, policyChange, nextOpen, isOpen and openIntervals',
  field_missing: 'this field is needed',
  field_invalid: 'this value has another type or lies out of range',
  instant_invalid: 'write an instant of a date that exists with Z or an offset, such as 2026-10-05T09:00:00Z',
  pause_without_end: 'a pause without an end leaves nothing to count from: give its "to"',
  weekday_unknown: 'weekdays are mon, tue, wed, thu, fri, sat and sun',
  time_zone_unknown: 'name an IANA time zone, such as Europe/Rome',
  date_invalid: 'write a date that exists, as 2026-12-07 (as 12-07 when it is every year)',
  time_invalid: 'write a time of day as HH:MM, from 00:00 to 24:00',
  hours_overlap: 'hours of one date must not overlap',
  calendar_never_open: 'the calendar does not open within ten years of the instant asked about, so there is no such instant',
  too_many: 'this is more than is answered at once',
  too_far: 'the answer lies further away than is computed',
  answer_too_long: 'the explanations of one call grew too long: ask for the rest in another call',
} as const satisfies Readonly<Record<string, string>>;

export type RequestFaultCode = keyof typeof FAULTS;

/** A request that cannot be answered. `pointer` is a JSON pointer into it; null when it is about the whole. */
export class RequestFault extends Error {
  readonly type = 'RequestFault';
  readonly code: RequestFaultCode;
  readonly pointer: string | null;

  constructor(code: RequestFaultCode, pointer: string | null = null) {
    super(pointer === null ? FAULTS[code] : `${pointer}: ${FAULTS[code]}`);
    this.name = 'RequestFault';
    this.code = code;
    this.pointer = pointer;
  }
}

/** The fault as an answer gives it. */
export interface FaultAnswer {
  readonly code: RequestFaultCode;
  readonly message: string;
  readonly pointer?: string;
}

export function faultAnswer({ code, message, pointer }: RequestFault): FaultAnswer {
  return pointer === null ? { code, message } : { code, message, pointer };
}
