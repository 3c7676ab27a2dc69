/** What new episodes are measured by, made once a day: a calendar takes a while to make, and one object is hashed and sent to the database only once. */
import type { Rulebook } from '../domain/sla/policy.ts';
import type { RulebookSource } from './routes/dependencies.ts';

const DAY_MS = 86_400_000;

export function dailyRulebooks(make: (at: number) => Rulebook): RulebookSource {
  let day = Number.NaN;
  let rulebook: Rulebook | null = null;
  return {
    current(at) {
      const today = Math.floor(at / DAY_MS);
      if (rulebook === null || today !== day) {
        rulebook = make(at);
        day = today;
      }
      return rulebook;
    },
  };
}
