/** People's data on the wire: in bodies alone, never in an address. Everything may be missing, as a caller may stay anonymous; what is too long is refused, never cut. */
import { Type, type Static } from 'typebox';
import { CASE_STATUSES } from '../../domain/case/state.ts';
import { ADDRESS_KINDS, CONTACT_CHANNELS, PERSON_ROLES } from '../../domain/people/household.ts';
import { CLOSED, Code, Instant, Nullable, TerritoryCode, UrgencyCode, Uuid } from './common.ts';

/** One line of words. */
const Line = (maxLength: number, description = '') =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\p{Cc}\\p{Cs}]*[^\\p{Cc}\\p{Cs}\\s][^\\p{Cc}\\p{Cs}]*$', description });
/** Words with line breaks. */
const Words = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\p{Cs}\\0]*[^\\p{Cs}\\0\\s][^\\p{Cs}\\0]*$', description });
const LocalDate = Type.String({ format: 'date', description: '`YYYY-MM-DD`', examples: ['2026-03-01'] });
const Languages = Type.Array(Type.String({ pattern: '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$', description: 'BCP 47', examples: ['it', 'ar'] }), {
  maxItems: 8,
  uniqueItems: true,
  description: 'The preferred one first',
});

const PHONE_TEXT = { minLength: 1, maxLength: 60, description: 'As people say it: `333 1234567`, `02 88 45 10 int. 12`, `0039…`', examples: ['333 123 45 67'] };
const PhoneBody = Type.Object({ number: Type.String(PHONE_TEXT), label: Type.Optional(Line(60, 'Whose or where')) }, CLOSED);
const PhoneView = Type.Object({ number: Type.String({ description: 'E.164' }), extension: Type.Optional(Type.String()), label: Type.Optional(Type.String()) });

const PERSON = {
  givenName: Type.Optional(Line(100)),
  familyName: Type.Optional(Line(100)),
  alias: Type.Optional(Line(60, 'What somebody who stays anonymous wants to be called')),
  birthDate: Type.Optional(LocalDate),
  languages: Type.Optional(Languages),
  relation: Type.Optional(Line(60, 'To the family, in words')),
};
const Phones = Type.Optional(Type.Array(PhoneBody, { maxItems: 6 }));
const CallerBody = Type.Object({ ...PERSON, phones: Phones }, CLOSED);
const PersonBody = Type.Object({ role: Code(PERSON_ROLES), ...PERSON, phones: Phones }, CLOSED);
const KnownPersonBody = Type.Object({ personId: Type.Optional(Uuid), role: Code(PERSON_ROLES), ...PERSON, phones: Phones }, CLOSED);
const PersonView = Type.Object({ personId: Type.String(), role: Code(PERSON_ROLES), ...PERSON, languages: Languages, phones: Type.Array(PhoneView) });

const AddressBody = Type.Object(
  {
    kind: Code(ADDRESS_KINDS),
    street: Type.Optional(Line(120)),
    number: Type.Optional(Line(20)),
    postalCode: Type.Optional(Line(12)),
    city: Type.Optional(Line(80)),
    details: Type.Optional(Line(200, 'Stair, floor, name at the door. The address of a refuge never stands here')),
  },
  CLOSED,
);
const Addresses = Type.Array(AddressBody, { maxItems: 6 });

const SafeContactBody = Type.Object(
  {
    channels: Type.Array(Code(CONTACT_CHANNELS), {
      uniqueItems: true,
      maxItems: CONTACT_CHANNELS.length,
      description: 'The only ways the family may be reached',
    }),
    askFor: Type.Optional(Line(100)),
    neverSpeakWith: Type.Optional(Line(200, 'Whose answer means: say nothing, call later')),
    when: Type.Optional(Line(200)),
    sayInstead: Type.Optional(Line(200, 'What to say when somebody else answers')),
    codeWord: Type.Optional(Line(60)),
    details: Type.Optional(Words(1_000, 'Anything else that keeps a call safe')),
    accessRestrictedForSafety: Type.Optional(Type.Boolean({ description: 'Nothing is told to who asks as a parent before somebody qualified decided' })),
  },
  CLOSED,
);

const FACTS = { dueDate: Type.Optional(LocalDate), addresses: Type.Optional(Addresses), languages: Type.Optional(Languages) };

/** With an opening, in its transaction. */
export const PeopleAtOpening = Type.Object(
  {
    caller: Type.Optional(CallerBody),
    household: Type.Optional(
      Type.Object({ ...FACTS, people: Type.Optional(Type.Array(PersonBody, { maxItems: 20, description: 'Besides the caller' })) }, CLOSED),
    ),
    safeContact: Type.Optional(SafeContactBody),
    summary: Type.Optional(Words(2_000, 'What the call was about: the first level and the second read it')),
  },
  { ...CLOSED, description: 'Kept sealed; nothing of it is in the answer' },
);
export type PeopleAtOpeningRequest = Static<typeof PeopleAtOpening>;

export const HouseholdChange = Type.Object(
  {
    people: Type.Optional(Type.Array(KnownPersonBody, { maxItems: 21, description: 'All of them as they now are: who is left out is removed' })),
    addresses: Type.Optional(Addresses),
    languages: Type.Optional(Languages),
    dueDate: Type.Optional(Nullable(LocalDate)),
    safeContact: Type.Optional(Nullable(SafeContactBody)),
  },
  { ...CLOSED, minProperties: 1, description: 'What is left out stays as it is; null removes it' },
);
export type HouseholdChangeRequest = Static<typeof HouseholdChange>;

export const HouseholdView = Type.Object(
  {
    household: Type.String(),
    etag: Type.String({ description: 'For `If-Match`: of the household, not of the case' }),
    changedAt: Nullable(Instant),
    changedBy: Nullable(Type.String()),
    people: Type.Array(PersonView),
    addresses: Addresses,
    languages: Languages,
    dueDate: Nullable(Type.String()),
    safeContact: Nullable(Type.Object({ ...SafeContactBody.properties, accessRestrictedForSafety: Type.Boolean() })),
  },
  { $id: 'Household', description: 'Who the family of a case is and how it may be reached' },
);
export type HouseholdViewBody = Static<typeof HouseholdView>;

export const SearchBody = Type.Object(
  {
    phone: Type.Optional(Type.String(PHONE_TEXT)),
    name: Type.Optional(Line(100, 'Whole names, in any order; all of them must be found with one person')),
  },
  { ...CLOSED, minProperties: 1, maxProperties: 1 },
);

export const SearchView = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        household: Type.String(),
        person: PersonView,
        cases: Type.Array(
          Type.Object({
            caseId: Type.String(),
            status: Code(CASE_STATUSES),
            urgency: UrgencyCode,
            municipio: Nullable(TerritoryCode),
            owner: Nullable(Type.String()),
            openedAt: Instant,
            closedAt: Nullable(Instant),
          }),
        ),
      }),
    ),
    more: Type.Boolean({ description: 'There are more than are shown: search by something more particular' }),
  },
  { $id: 'PeopleFound', description: 'Whether two of them are one person is for people to say' },
);
export type SearchViewBody = Static<typeof SearchView>;
