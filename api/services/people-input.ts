/** What was said about people as what is kept of them: phones as E.164, ids for who is new, nothing that was not given. */
import { randomUUID } from 'node:crypto';
import type { Household, HouseholdPerson, Phone, SafeContactRule } from '../../domain/people/household.ts';
import { ApiProblem, type FieldFault } from '../api-problem.ts';
import { readPhone } from '../phone-number.ts';
import type { HouseholdChangeRequest, PeopleAtOpeningRequest } from '../schemas/people.ts';

type SaidPerson = NonNullable<HouseholdChangeRequest['people']>[number];
type SaidSafeContact = NonNullable<PeopleAtOpeningRequest['safeContact']>;

/** The household as an opening tells it. Throws `ApiProblem` with every number that is none. */
export function householdAtOpening({ caller, household = {}, safeContact }: PeopleAtOpeningRequest): Household {
  const { people: others = [], addresses = [], languages = [], ...facts } = household;
  const said = [
    ...(caller === undefined ? [] : [{ person: { ...caller, role: 'caller' as const }, pointer: '/people/caller' }]),
    ...others.map((person, index) => ({ person, pointer: `/people/household/people/${index}` })),
  ];
  const people = readPeople(said);
  return { ...facts, addresses, languages, people, ...(safeContact === undefined ? {} : { safeContact: ruleOf(safeContact) }) };
}

/** A household as it is after a change. Throws `ApiProblem`. */
export function changedHousehold(before: Household, change: HouseholdChangeRequest): Household {
  const { people, addresses = before.addresses, languages = before.languages, dueDate = before.dueDate, safeContact } = change;
  const rule = safeContact === undefined ? before.safeContact : safeContact === null ? undefined : ruleOf(safeContact);
  return {
    ...{ addresses, languages, people: people === undefined ? before.people : readKnownPeople(before, people) },
    ...(dueDate === undefined || dueDate === null ? {} : { dueDate }),
    ...(rule === undefined ? {} : { safeContact: rule }),
  };
}

function readKnownPeople({ people: before }: Household, people: readonly SaidPerson[]): readonly HouseholdPerson[] {
  const known = new Set(before.map(({ personId }) => personId));
  const strange = people.flatMap(({ personId }, index) =>
    personId === undefined || known.delete(personId) ? [] : [{ pointer: `/people/${index}/personId`, rule: 'known', message: personId }],
  );
  if (strange.length > 0) throw new ApiProblem('person_unknown', { errors: strange });
  return readPeople(people.map((person, index) => ({ person, pointer: `/people/${index}` })));
}

function readPeople(said: readonly { readonly person: SaidPerson; readonly pointer: string }[]): readonly HouseholdPerson[] {
  const faults: FieldFault[] = [];
  const people = said.map(({ person, pointer }) => {
    const { phones = [], languages = [], personId = randomUUID(), ...rest } = person;
    return { ...rest, personId, languages, phones: phones.flatMap((phone, index) => phoneOf(phone, `${pointer}/phones/${index}/number`, faults)) };
  });
  if (faults.length > 0) throw new ApiProblem('phone_invalid', { errors: faults });
  return people;
}

function phoneOf({ number, ...rest }: { readonly number: string; readonly label?: string }, pointer: string, faults: FieldFault[]): readonly Phone[] {
  const phone = readPhone(number);
  if (phone !== null) return [{ ...phone, ...rest }];
  faults.push(phoneFault(pointer));
  return [];
}

/** Never repeats what was given. */
export function phoneFault(pointer: string): FieldFault {
  return { pointer, rule: 'phone', message: { it: 'non è un numero di telefono', en: 'is no phone number' } };
}

function ruleOf({ accessRestrictedForSafety = false, ...rule }: SaidSafeContact): SafeContactRule {
  return { ...rule, accessRestrictedForSafety };
}
