/** What the database says of how the system fares, for `/metrics` of every process. All processes say the same: take the largest, do not add them up. */
import { setTimeout } from 'node:timers/promises';
import { Gauge, type Registry } from '@prometheus-io/client';
import type { Knex } from 'knex';
import { createIncidentRepository, INCIDENT_KINDS } from './repositories/incidents.ts';
import { createOutboxRepository } from './repositories/outbox.ts';

/** A scrape is answered although the database hangs. */
const LONGEST_MS = 1_000;

/** They are asked for at each scrape; one the database does not answer is left out of it. */
export function registerSystemGauges(registry: Registry, knex: Knex, now: () => number): void {
  const outbox = createOutboxRepository(knex);
  const incidents = createIncidentRepository(knex);
  const registers = [registry];
  const pending: Gauge = new Gauge({
    name: 'outbox_pending',
    help: 'Effects that wait to be carried out',
    registers,
    collect: () => whole(pending, () => outbox.pendingCount()),
  });
  const oldest: Gauge = new Gauge({
    name: 'outbox_oldest_age_seconds',
    help: 'How long the oldest of them has waited',
    registers,
    collect: () => whole(oldest, async () => (await outbox.oldestAge(now())) / 1_000),
  });
  const open: Gauge<'kind'> = new Gauge({
    name: 'incidents_open',
    help: 'Incidents nobody has settled, by kind',
    labelNames: ['kind'],
    registers,
    async collect() {
      const found = await inTime(() => incidents.openByKind());
      open.reset();
      if (found === null) return;
      for (const kind of new Set([...INCIDENT_KINDS, ...Object.keys(found)])) open.set({ kind }, found[kind] ?? 0);
    },
  });
}

async function whole(gauge: Gauge, read: () => Promise<number>): Promise<void> {
  const value = await inTime(read);
  // A figure from before would look like one of now.
  if (value === null) gauge.remove();
  else gauge.set(value);
}

/** Null when it fails or takes too long. */
async function inTime<T>(read: () => Promise<T>): Promise<T | null> {
  return Promise.race([read().catch(() => null), setTimeout(LONGEST_MS, null, { ref: false })]);
}
