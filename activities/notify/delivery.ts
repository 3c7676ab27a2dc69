/**
 * Brings messages to people outside the product. The contract:
 * 1. One row for a message, a person and a channel: written before anything is sent, settled after. A message is sent again only if the process died in between.
 * 2. Who is told is found out here, from the directory and the roster as they are now, and each is told in their own language.
 * 3. Only codes are kept of what went wrong: servers repeat in their answers what they were sent.
 */
import { createHash } from 'node:crypto';
import { activityInfo, ApplicationFailure, log } from '@temporalio/activity';
import type { DeliveryId, DeliveryRepository } from '../../db/repositories/deliveries.ts';
import type { IncidentRepository } from '../../db/repositories/incidents.ts';
import type { OnCallRepository } from '../../db/repositories/on-call.ts';
import type { StaffRepository } from '../../db/repositories/staff.ts';
import type { StaffMessageRepository } from '../../db/repositories/staff-messages.ts';
import { CENTRAL } from '../../domain/access/scope.ts';
import { recipientsOf } from '../../domain/staff/recipients.ts';
import { CHANNELS, isActive, type Channel, type StaffMember } from '../../domain/staff/staff.ts';
import type { EngineMetrics } from '../metrics.ts';
import { Undelivered, type Notice, type Send, type Senders } from './channel.ts';
import { endOfQuiet } from './quiet-hours.ts';
import { subjectOf, type NoticeSubject, type SubjectDeps } from './subject.ts';
import { wordsOf, type NoticeFacts } from './words.ts';

export interface DeliveryDeps extends SubjectDeps {
  readonly staffMessages: Pick<StaffMessageRepository, 'find'>;
  readonly staff: Pick<StaffRepository, 'list' | 'find'>;
  readonly onCall: Pick<OnCallRepository, 'peopleFor'>;
  readonly deliveries: DeliveryRepository;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  readonly senders: Senders;
  /** IANA zone of the service. */
  readonly timeZone: string;
  readonly metrics: Pick<EngineMetrics, 'notified'>;
  readonly now: () => number;
}

export interface PlannedDelivery {
  readonly recipient: string;
  readonly channel: Channel;
  /** End of the person's quiet hours. */
  readonly notBefore: number;
}

export function createDeliveryActivities(deps: DeliveryDeps) {
  return {
    /** Who is to be told of a message, how and when, as things stand at an instant. Those who no longer are, are not. */
    planDeliveries: ({ key, at }: { readonly key: string; readonly at: number }): Promise<readonly PlannedDelivery[]> => plan(deps, key, at),

    /** Sends one message; sent before, it is not sent again. */
    deliver: ({ at, ...id }: DeliveryId & { readonly at: number }): Promise<'delivered' | 'dropped'> => deliver(deps, id, at),

    /** It could not be delivered: those who keep the system running are told. */
    async giveUpDelivery(id: DeliveryId): Promise<void> {
      const { deliveries, metrics, staffMessages, incidents, now } = deps;
      const delivery = await deliveries.find(id);
      if (await deliveries.settle(id, 'failed', now())) metrics.notified(id.channel, 'failed');
      const message = await staffMessages.find(id.key);
      const details = { effect: `${id.key}/${id.channel}/${id.recipient}`, error: delivery?.lastError ?? null };
      await incidents.record({ kind: 'effect_failed', caseId: message?.caseId ?? null, details, at: now() });
    },
  };
}

export type DeliveryActivities = ReturnType<typeof createDeliveryActivities>;

async function plan(deps: DeliveryDeps, key: string, at: number): Promise<readonly PlannedDelivery[]> {
  const { deliveries, staffMessages, staff } = deps;
  const message = await staffMessages.find(key);
  const subject = message === null ? null : await subjectOf(deps, message);
  if (message === null || subject === null) return [];
  const onCall = await deps.onCall.peopleFor(subject.municipio ?? CENTRAL, at);
  const told = recipientsOf(message.audience, { municipio: subject.municipio, owner: subject.owner, onCall }, await staff.list(), at);
  if (told.length === 0) log.warn('nobody in the staff directory stands behind a message', { key, audience: message.audience.join(' ') });
  const planned = told.flatMap((member) => plansFor(deps, member, subject, at));
  const pending = await deliveries.plan(key, planned, at);
  const isMeant = ({ recipient, channel }: PlannedDelivery) => told.some((member) => member.id === recipient && wantedChannels(member).includes(channel));
  for (const stale of pending.filter((one) => !isMeant(one))) await settle(deps, stale, 'dropped');
  return pending.filter(isMeant).map(({ recipient, channel, notBefore }) => ({ recipient, channel, notBefore }));
}

async function deliver(deps: DeliveryDeps, id: DeliveryId, at: number): Promise<'delivered' | 'dropped'> {
  const { deliveries, staffMessages, staff, senders } = deps;
  const delivery = await deliveries.find(id);
  if (delivery?.status !== 'pending') return delivery?.status === 'delivered' ? 'delivered' : 'dropped';
  const [message, member] = [await staffMessages.find(id.key), await staff.find(id.recipient)];
  const subject = message === null ? null : await subjectOf(deps, message);
  const wanted = member !== null && isActive(member, at) && wantedChannels(member).includes(id.channel);
  if (!wanted || subject === null) return settle(deps, id, 'dropped');
  await deliveries.begin(id);
  try {
    await (senders[id.channel] ?? unconfigured)({
      id: idOf(id),
      recipient: id.recipient,
      mail: member.mail,
      notice: noticeOf(subject, member, deps.timeZone, at),
    });
  } catch (error) {
    throw await failureOf(deps, id, error);
  }
  return settle(deps, id, 'delivered');
}

function plansFor({ senders, timeZone }: DeliveryDeps, member: StaffMember, { red }: NoticeSubject, at: number): readonly PlannedDelivery[] {
  const notBefore = red ? at : endOfQuiet(at, member.quiet, timeZone);
  const channels = wantedChannels(member).filter((channel) => senders[channel] !== undefined);
  return channels.map((channel) => ({ recipient: member.id, channel, notBefore }));
}

function wantedChannels({ channels, mail }: StaffMember): readonly Channel[] {
  return CHANNELS.filter((channel) => channels.includes(channel) && (channel !== 'mail' || mail !== null));
}

/** What was planned waits for a worker that has the channel: one may be started without, to look at the system. */
const unconfigured: Send = () => Promise.reject(new Undelivered('channel_not_configured'));

async function settle<S extends 'delivered' | 'dropped'>({ deliveries, metrics, now }: DeliveryDeps, id: DeliveryId, status: S): Promise<S> {
  if (await deliveries.settle({ key: id.key, recipient: id.recipient, channel: id.channel }, status, now())) metrics.notified(id.channel, status);
  return status;
}

function noticeOf({ facts }: NoticeSubject, { language }: StaffMember, timeZone: string, now: number): Notice {
  return { ...wordsOf(facts, language, timeZone, now), language, facts: readable(facts) };
}

/** Instants as ISO 8601. */
function readable(facts: NoticeFacts): Readonly<Record<string, unknown>> {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  if (facts.kind === 'alert') return { ...facts, dueAt: iso(facts.dueAt) };
  return { ...facts, closesAt: iso(facts.closesAt), items: facts.items.map((item) => ({ ...item, nearestDueAt: iso(item.nearestDueAt) })) };
}

/** What the retry policy is to do about it. */
async function failureOf({ deliveries }: DeliveryDeps, id: DeliveryId, error: unknown): Promise<unknown> {
  if (!(error instanceof Undelivered)) return error;
  await deliveries.note(id, error.code);
  log.warn('a notification was not delivered', { channel: id.channel, code: error.code, attempt: activityInfo().attempt });
  return ApplicationFailure.create({
    message: error.code,
    type: error.type,
    nonRetryable: error.final,
    ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}

/** The same whenever this message goes to this person this way; says nothing of either. */
function idOf({ key, recipient, channel }: DeliveryId): string {
  return createHash('sha256').update(`${key}\n${recipient}\n${channel}`).digest('hex').slice(0, 32);
}
