/** The staff directory: who can be told of something, and how they want to be told. Staff only; nobody of a family stands in it. */
import type { Role } from '../case/codes.ts';
import type { Language } from '../language.ts';
import type { Territory } from '../sla/policy.ts';

/** How people are told besides the messages inside the product. */
export const CHANNELS = ['mail', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Hours of the local day in which nobody is disturbed, red cases excepted: minutes since midnight, over midnight when `from` is the later. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/** From eight in the evening to seven in the morning. */
export const USUAL_QUIET_HOURS: QuietHours = { from: 20 * 60, to: 7 * 60 };

export interface StaffMember {
  /** Subject of the person's token. */
  readonly id: string;
  readonly roles: readonly Role[];
  /** A manager of a municipio is its head; one of none is of the city. */
  readonly municipi: readonly Territory[];
  readonly mail: string | null;
  readonly language: Language;
  /** Nobody is told anything from this instant on; null for who stays. */
  readonly activeUntil: number | null;
  readonly channels: readonly Channel[];
  /** Null for whoever wants none. */
  readonly quiet: QuietHours | null;
}

export function isActive({ activeUntil }: Pick<StaffMember, 'activeUntil'>, at: number): boolean {
  return activeUntil === null || activeUntil > at;
}
