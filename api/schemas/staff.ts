/** The staff directory, the on-call roster, how one wants to be told, and hand-over lists. Staff only: nothing of a family. */
import { Type, type Static } from 'typebox';
import { ROLES } from '../../domain/case/codes.ts';
import { CASE_STATUSES } from '../../domain/case/state.ts';
import { HANDOVER_REASONS_LISTED } from '../../domain/staff/handover-list.ts';
import { LANGUAGES } from '../../domain/language.ts';
import { CHANNELS } from '../../domain/staff/staff.ts';
import { CLOSED, Code, Codes, Instant, Nullable, TerritoryCode, UrgencyCode, Uuid, WorkerId } from './common.ts';

const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: '`HH:MM`, local', examples: ['20:00'] });
const Mail = Type.String({
  maxLength: 254,
  pattern: '^[^\\s@<>"(),;:\\\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$',
  description: 'Of the service, not private',
});
const Quiet = Nullable(
  Type.Object({ from: TimeOfDay, to: TimeOfDay }, { ...CLOSED, description: 'Nobody is disturbed then, red cases excepted; null for never' }),
);
const Channels = Codes(CHANNELS);

export const NotificationBody = Type.Object({ channels: Channels, quiet: Quiet, language: Code(LANGUAGES) }, CLOSED);

export const StaffBody = Type.Object(
  {
    roles: Type.Array(Code(ROLES), { minItems: 1, maxItems: ROLES.length, uniqueItems: true }),
    municipi: Type.Array(TerritoryCode, { maxItems: 64, uniqueItems: true, description: 'A manager of a municipio is its head; of none, the city’s' }),
    mail: Nullable(Mail),
    language: Type.Optional(Code(LANGUAGES)),
    activeUntil: Type.Optional(Nullable(Instant)),
    channels: Type.Optional(Channels),
    quiet: Type.Optional(Quiet),
  },
  CLOSED,
);
export type StaffRequest = Static<typeof StaffBody>;

export const StaffView = Type.Object(
  {
    id: Type.String(),
    roles: Type.Array(Type.String()),
    municipi: Type.Array(Type.String()),
    mail: Nullable(Type.String()),
    language: Code(LANGUAGES),
    activeUntil: Nullable(Instant),
    channels: Type.Array(Code(CHANNELS)),
    quiet: Nullable(Type.Object({ from: Type.String(), to: Type.String() })),
  },
  { $id: 'StaffMember' },
);
export type StaffViewBody = Static<typeof StaffView>;

const RosterTerritory = Type.String({ pattern: '^([A-Z0-9]{1,16}|\\*)$', description: 'A municipio, CENTRAL, or `*` for the city', examples: ['6'] });

export const ShiftBody = Type.Object(
  {
    territory: RosterTerritory,
    person: WorkerId,
    from: Instant,
    to: Instant,
    phone: Type.Optional(
      Nullable(Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$', description: 'The service’s telephone for the shift, E.164; software never calls it' })),
    ),
  },
  CLOSED,
);
export type ShiftRequest = Static<typeof ShiftBody>;

export const ShiftView = Type.Object(
  { id: Uuid, territory: Type.String(), person: Type.String(), from: Instant, to: Instant, phone: Nullable(Type.String()), current: Type.Boolean() },
  { $id: 'OnCallShift' },
);
export type ShiftViewBody = Static<typeof ShiftView>;

const Item = Type.Object({
  caseId: Type.String(),
  urgency: UrgencyCode,
  status: Code(CASE_STATUSES),
  owner: Nullable(Type.String()),
  nearestDueAt: Nullable(Instant),
  reasons: Type.Array(Code(HANDOVER_REASONS_LISTED), {
    description:
      '`no_plan`: no call agreed, no next step planned, or both overdue, and not waiting for the family. `no_night_handover`: red, and not recorded as handed over',
  }),
});

export const HandoverListView = Type.Object(
  {
    asOf: Instant,
    municipio: Type.String(),
    closesAt: Nullable(Type.String({ ...Instant, description: 'The next closing; null for a service that does not close' })),
    items: Type.Array(Item, { description: 'As it stands now' }),
    earlier: Type.Array(Type.Object({ closesAt: Instant, madeAt: Instant, items: Type.Array(Item) }), { description: 'As kept before closings, latest first' }),
  },
  { $id: 'HandoverList' },
);
export type HandoverListBody = Static<typeof HandoverListView>;
