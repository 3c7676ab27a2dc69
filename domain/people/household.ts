/**
 * What is known of a household, as it is sealed: everything here is people's data and nothing of it is stored, logged or sent in plain text. Every field but the
 * person's id may be missing: a caller may stay anonymous.
 */

export const PERSON_ROLES = ['caller', 'parent', 'child', 'relative', 'reporter', 'other'] as const;
/** `reporter`: who tells about a family without being of it; never shown to the family. */
export type PersonRole = (typeof PERSON_ROLES)[number];

export const ADDRESS_KINDS = ['registered', 'domicile', 'current_abode', 'fictitious'] as const;
export type AddressKind = (typeof ADDRESS_KINDS)[number];

export const CONTACT_CHANNELS = ['call', 'voicemail', 'sms', 'mail', 'letter', 'visit'] as const;
export type ContactChannel = (typeof CONTACT_CHANNELS)[number];

export interface Phone {
  /** E.164: what the person is found by. */
  readonly number: string;
  readonly extension?: string;
  /** Whose or where, in words. */
  readonly label?: string;
}

export interface HouseholdPerson {
  readonly personId: string;
  readonly role: PersonRole;
  readonly givenName?: string;
  readonly familyName?: string;
  /** What an anonymous caller wants to be called. */
  readonly alias?: string;
  /** ISO 8601 date. */
  readonly birthDate?: string;
  readonly phones: readonly Phone[];
  /** BCP 47 language tags, the preferred one first. */
  readonly languages: readonly string[];
  readonly relation?: string;
}

export interface Address {
  readonly kind: AddressKind;
  readonly street?: string;
  readonly number?: string;
  readonly postalCode?: string;
  readonly city?: string;
  readonly details?: string;
}

/** How a family may be reached without harm. Nothing is sent that it does not allow. */
export interface SafeContactRule {
  /** The only ways it may be reached. */
  readonly channels: readonly ContactChannel[];
  readonly askFor?: string;
  /** Whose answer means: say nothing, call later. */
  readonly neverSpeakWith?: string;
  readonly when?: string;
  readonly sayInstead?: string;
  readonly codeWord?: string;
  readonly details?: string;
  /** A person's own data may not be told to somebody who asks as a parent, before somebody qualified decided. */
  readonly accessRestrictedForSafety: boolean;
}

/** What concerns the household as a whole. */
export interface HouseholdFacts {
  /** ISO 8601 date a child is expected on. */
  readonly dueDate?: string;
  readonly addresses: readonly Address[];
  readonly languages: readonly string[];
  readonly safeContact?: SafeContactRule;
}

export interface Household extends HouseholdFacts {
  readonly people: readonly HouseholdPerson[];
}

/** Nothing known yet. */
export const UNKNOWN_HOUSEHOLD: Household = Object.freeze({ addresses: [], languages: [], people: [] });
