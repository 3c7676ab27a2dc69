/** What new episodes are measured by: the default policy with the calendar of the year, made once a year; sped up for a demonstration. */
import { defaultRulebook } from '../activities/calendars/default-rulebook.ts';
import type { Rulebook } from '../domain/sla/policy.ts';
import { scaleRulebook } from '../domain/sla/scale-policy.ts';

export interface RulebookSource {
  readonly current: (at: number) => Rulebook;
}

/** A speed of 1 is the policy as it is. */
export function createRulebookSource(speed: number): RulebookSource {
  let year: number | undefined;
  let rulebook: Rulebook | undefined;
  return {
    current(at) {
      const asked = new Date(at).getUTCFullYear();
      if (rulebook === undefined || asked !== year) {
        year = asked;
        rulebook = scaleRulebook(defaultRulebook(at), speed);
      }
      return rulebook;
    },
  };
}
