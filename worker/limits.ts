/** How much a worker does at once, and how many connections that takes. Everything here holds one connection at a time and gives it back between statements. */
import { REBASED_AT_ONCE } from '../activities/rebase.ts';
import { RECONCILED_AT_ONCE } from '../activities/reconcile.ts';

/** Appends at once: two slow cores gain nothing from more. */
export const APPEND_SLOTS = 16;
/**
 * Tasks of workflows at once. One thread carries them all out: what it has not begun is better left in the engine, where its time does not run yet. With the
 * default of 40, cases that all had to be replayed after a kill ran out of time together, and began again, for minutes. Increase with cores.
 */
export const WORKFLOW_TASK_SLOTS = 12;
/** Announcements, requests to restart, a reconciliation, batches of rebases. */
export const ACTIVITY_SLOTS = 6;
/** Mails and webhooks on their way at once: a server that hangs must not keep alerts from being announced, so they have slots of their own. */
export const DELIVERY_SLOTS = 4;
/** Effects of the outbox carried out at once. */
export const RELAY_WIDTH = 8;

/** The relay's look at the outbox. */
const RELAY_CLAIM = 1;
/** A reconciliation is one activity that reads several cases at once; its slot counts for one of them. */
const RECONCILIATION = RECONCILED_AT_ONCE - 1;
/** A page of rebases works on several cases at once; its slot counts for one of them. Beside it batches are looked for. */
const REBASES = REBASED_AT_ONCE;
/** Two checks of `/readyz`, three figures of `/metrics`. */
const WATCHING = 5;

/** So that nothing of this ever waits for a connection. Connections are opened as they are needed. */
export const POOL_SIZE = APPEND_SLOTS + ACTIVITY_SLOTS + DELIVERY_SLOTS + RELAY_WIDTH + RELAY_CLAIM + RECONCILIATION + REBASES + WATCHING;
