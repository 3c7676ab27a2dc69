/** What became of each notification: one row for a message, a person and a channel, so that what was sent is not sent again. */
import type { Knex } from 'knex';
import type { Channel } from '../../domain/staff/staff.ts';
import { timestamp } from './columns.ts';

export interface DeliveryId {
  /** Of the message. */
  readonly key: string;
  readonly recipient: string;
  readonly channel: Channel;
}

export interface Delivery extends DeliveryId {
  readonly status: 'pending' | 'delivered' | 'failed' | 'dropped';
  /** End of the recipient's quiet hours. */
  readonly notBefore: number;
  readonly attempts: number;
  readonly lastError: string | null;
}

export interface DeliveryRepository {
  /** Writes down what is to be sent; what was planned before stays as it is. Returns what is left to be sent of the message. */
  plan(key: string, planned: readonly (Omit<DeliveryId, 'key'> & { readonly notBefore: number })[], at: number, trx?: Knex): Promise<readonly Delivery[]>;
  find(id: DeliveryId, trx?: Knex): Promise<Delivery | null>;
  /** Counts an attempt. */
  begin(id: DeliveryId, trx?: Knex): Promise<void>;
  /** Notes a fault of an attempt: a code. */
  note(id: DeliveryId, code: string, trx?: Knex): Promise<void>;
  /** `dropped`: the person is no longer there, or wants no such messages any more. Returns false when it was settled before. */
  settle(id: DeliveryId, status: 'delivered' | 'failed' | 'dropped', at: number, trx?: Knex): Promise<boolean>;
}

const COLUMNS = 'key, recipient, channel, status, not_before AS "notBefore", attempts, last_error AS "lastError"';
const ONE = 'key = ? AND recipient = ? AND channel = ?';

const PENDING = `SELECT ${COLUMNS} FROM notification_delivery WHERE key = ? AND status = 'pending' ORDER BY recipient, channel`;
const FIND = `SELECT ${COLUMNS} FROM notification_delivery WHERE ${ONE}`;
const BEGIN = `UPDATE notification_delivery SET attempts = attempts + 1 WHERE ${ONE}`;
const NOTE = `UPDATE notification_delivery SET last_error = ? WHERE ${ONE}`;
const SETTLE = `UPDATE notification_delivery SET status = ?, settled_at = ? WHERE ${ONE} AND status = 'pending' RETURNING 1`;

export function createDeliveryRepository(knex: Knex): DeliveryRepository {
  return {
    async plan(key, planned, at, trx = knex) {
      for (const { recipient, channel, notBefore } of planned) {
        await trx.raw(
          `INSERT INTO notification_delivery (key, recipient, channel, status, not_before, created_at) VALUES (?, ?, ?, 'pending', ?, ?) ON CONFLICT DO NOTHING`,
          [key, recipient, channel, timestamp(notBefore), timestamp(at)],
        );
      }
      return (await trx.raw<{ rows: Delivery[] }>(PENDING, [key])).rows;
    },

    async find(id, trx = knex) {
      const { rows } = await trx.raw<{ rows: Delivery[] }>(FIND, idOf(id));
      return rows[0] ?? null;
    },

    async begin(id, trx = knex) {
      await trx.raw(BEGIN, idOf(id));
    },

    async note(id, code, trx = knex) {
      await trx.raw(NOTE, [code, ...idOf(id)]);
    },

    async settle(id, status, at, trx = knex) {
      const { rows } = await trx.raw<{ rows: unknown[] }>(SETTLE, [status, timestamp(at), ...idOf(id)]);
      return rows.length > 0;
    },
  };
}

function idOf({ key, recipient, channel }: DeliveryId): string[] {
  return [key, recipient, channel];
}
