/**
 * One case lives two months of an autumn on the time-skipping server, with everything that can happen to a clock: the night of 25 hours, five holidays and a strike, danger
 * that comes and goes, a family that does not answer, is waited for and calls back, a municipio with other hours, a changed calendar, promises broken and answered on every
 * step of the ladder, closure and a second episode. 31 October is a Sunday in that autumn, so that every year's run meets the same weekdays.
 */
import { Temporal } from 'temporal-polyfill';
import { effectiveSnapshot } from '../../activities/calendars/effective-snapshot.ts';
import { milanDefinitions } from '../../activities/calendars/milan-calendar.ts';
import { SYSTEM, type Actor, type UpdateCommand } from '../../domain/case/commands.ts';
import type { CalendarDefinition, Closure, LocalHours } from '../../domain/sla/calendar-definition.ts';
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import { DEFAULT_POLICY } from '../../domain/sla/default-policy.ts';
import { effectiveCalendar } from '../../domain/sla/effective-calendar.ts';
import type { Rulebook } from '../../domain/sla/policy.ts';
import { CENTRAL, COORDINATOR, ELSEWHERE, MANAGER, person, WORKER } from './case-builder.ts';
import { eventually, type Harness, type RunningCase } from './case-harness.ts';

/** Name of its recorded histories, one for each episode. */
export const SIXTY_DAYS = 'sixty-days';

/** What the story needs of the time-skipping server. */
export interface Skipping extends Pick<Harness, 'open' | 'reopen'> {
  readonly env: { currentTimeMs(): Promise<number>; sleep(ms: number): Promise<void> };
}

export interface SixtyDays {
  readonly episodes: readonly [RunningCase, RunningCase];
  readonly startedAt: number;
  readonly endedAt: number;
  /** A local date and time of that autumn (`MM-DDTHH:MM`) as an instant. */
  readonly local: (text: string) => number;
}

const ZONE = 'Europe/Rome';
const NEIGHBOUR = person('worker-4', ['socialWorker'], ['4']);
const SHIFT_LEADER = person('shift-leader-1', ['shiftLeader'], []);

const MORNING: LocalHours = ['09:00', '12:30'];
const AFTERNOON: LocalHours = ['14:00', '17:00'];
const LUNCH_BREAKS = { mon: [MORNING, AFTERNOON], tue: [MORNING, AFTERNOON], wed: [MORNING, AFTERNOON], thu: [MORNING, AFTERNOON], fri: [MORNING], sat: [] };

/** The first autumn from now on in which 31 October is a Sunday. */
function autumnAfter(now: number): number {
  const first = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(ZONE);
  for (let year = first.year; ; year++) {
    const sunday = Temporal.PlainDate.from({ year, month: 10, day: 31 });
    if (sunday.dayOfWeek === 7 && Temporal.PlainDate.compare(sunday.subtract({ days: 3 }), first.toPlainDate()) > 0) return year;
  }
}

/** The city's hours, and those of a municipio that has lunch breaks, a strike, and later a closure over Christmas. */
function calendars(year: number): { readonly city: CalendarSnapshot; readonly neighbour: (...more: Closure[]) => CalendarSnapshot } {
  const [city] = milanDefinitions(year);
  const strike = { from: `${year}-12-15`, to: `${year}-12-15`, reason: 'Assemblea del personale' };
  const neighbour = (...more: Closure[]): CalendarDefinition => ({ id: 'municipio-4', parent: city!.id, weekly: LUNCH_BREAKS, closures: [strike, ...more] });
  return {
    city: effectiveSnapshot(effectiveCalendar([city!]), year, 2),
    neighbour: (...more) => effectiveSnapshot(effectiveCalendar([city!, neighbour(...more)]), year, 2),
  };
}

function rulebookOf(city: CalendarSnapshot, neighbour: CalendarSnapshot): Rulebook {
  return {
    policy: DEFAULT_POLICY,
    calendars: { [city.version]: city, [neighbour.version]: neighbour },
    calendarOf: { '*': city.version, 4: neighbour.version },
  };
}

/** Plays both episodes to their closure. */
export async function liveSixtyDays(engine: Skipping): Promise<SixtyDays> {
  const year = autumnAfter(await engine.env.currentTimeMs());
  const local = (text: string): number => Temporal.PlainDateTime.from(`${year}-${text}`).toZonedDateTime(ZONE).epochMilliseconds;
  const until = async (text: string): Promise<void> => engine.env.sleep(local(text) - (await engine.env.currentTimeMs()));
  const { city, neighbour } = calendars(year);

  await until('10-29T09:00');
  const startedAt = await engine.env.currentTimeMs();
  const rulebook = rulebookOf(city, neighbour());
  const first = await engine.open({ assignment: null, rulebook });
  const story: Story = { running: first, until, local };
  await notClaimed(story);
  await notReached(story);
  await waitedFor(story);
  await handedOver(story);
  await leftAlone(story, rulebookOf(city, neighbour({ from: `${year}-12-27`, to: `${year}-12-28`, reason: 'Chiusura natalizia' })));
  await ended(first);

  await until('12-29T10:00');
  const second = await engine.reopen(first.caseId, { rulebook });
  await until('12-30T09:30');
  await play(second, NEIGHBOUR, { type: 'claim' }, { type: 'logAttempt', outcome: 'reached' }, { type: 'close', outcome: 'informed' });
  await ended(second);
  return { episodes: [first, second], startedAt, endedAt: await engine.env.currentTimeMs(), local };
}

/** Waiting for a result would let the time of the server run, over the runs before it too. */
async function ended({ handle }: RunningCase): Promise<void> {
  await eventually(async () => {
    const { status } = await handle.describe();
    if (status.name !== 'COMPLETED') throw new Error(`the run is ${status.name}`);
  });
}

interface Story {
  readonly running: RunningCase;
  readonly until: (text: string) => Promise<void>;
  readonly local: (text: string) => number;
}

async function play(running: RunningCase, actor: Actor, ...commands: UpdateCommand[]): Promise<void> {
  for (const command of commands) await running.do(command, actor);
}

/** The latest alert about a clock at a step of its ladder: raised by then, or the story has gone wrong. */
async function alertOf(running: RunningCase, clock: string, step: number): Promise<number> {
  return eventually(() => {
    const events = running.revisions().flatMap((revision) => revision.events);
    const raised = events.findLast((event) => event.type === 'alertRaised' && event.clock === clock && event.step === step);
    if (raised?.type !== 'alertRaised') throw new Error(`no alert of ${clock} at step ${step}`);
    return raised.alert;
  });
}

async function acknowledge(running: RunningCase, clock: string, step: number, actor: Actor): Promise<void> {
  await running.do({ type: 'acknowledgeAlert', alert: await alertOf(running, clock, step), note: 'taking_care' }, actor);
}

/** Nobody assigns it in time, nobody claims it; danger comes on Saturday, over the night of 25 hours and a holiday, and is gone on Tuesday. */
async function notClaimed({ running, until }: Story): Promise<void> {
  await until('10-29T14:00');
  await play(running, SHIFT_LEADER, { type: 'assign', municipio: '3', reason: 'registered_address' });
  await until('10-30T10:30');
  await acknowledge(running, 'claim-1', 2, MANAGER);
  await until('10-30T12:00');
  await play(running, COORDINATOR, { type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag', redFlags: ['R2'] });
  await until('10-30T12:20');
  await acknowledge(running, 'supervisorSeen-1', 1, COORDINATOR);
  await until('11-02T08:00');
  await play(running, COORDINATOR, { type: 'changeUrgency', urgency: 'yellow', reason: 'situation_improved' });
  await until('11-02T08:30');
  await play(running, WORKER, { type: 'claim' });
}

/** Competence is contested, the family does not answer, a window passes; one call is told late, one put right. */
async function notReached({ running, until, local }: Story): Promise<void> {
  await until('11-02T09:00');
  await play(running, WORKER, { type: 'disputeCompetence', reason: 'border_address' });
  await until('11-02T09:30');
  await play(running, WORKER, { type: 'logAttempt', outcome: 'no_answer' });
  await until('11-03T12:00');
  await play(running, CENTRAL, { type: 'resolveCompetence', municipio: '3', reason: 'registered_address' });
  await until('11-03T12:30');
  await play(running, WORKER, { type: 'agreeCallback', from: local('11-03T14:00'), to: local('11-03T15:00') });
  await until('11-03T15:30');
  await acknowledge(running, 'callbackWindow-1', 1, COORDINATOR);
  await until('11-04T09:00');
  await play(running, WORKER, { type: 'logAttempt', outcome: 'voicemail_left', occurredAt: local('11-03T14:30') });
  await until('11-04T10:00');
  await play(running, WORKER, { type: 'logAttempt', outcome: 'reached' });
  await play(running, WORKER, { type: 'correctAttempt', attempt: 3, outcome: 'no_answer', reason: 'wrong_tap' });
  await until('11-05T12:00');
  await play(running, WORKER, { type: 'logAttempt', outcome: 'reached' });
}

/** A duty to report is looked at too late, a step is done too late, and the family is waited for. */
async function waitedFor({ running, until, local }: Story): Promise<void> {
  await until('11-05T14:00');
  await play(running, WORKER, { type: 'raiseReportAssessment', ground: 'child_at_risk' });
  await until('11-08T09:00');
  await play(running, WORKER, { type: 'decideReportAssessment', assessment: 1, decision: 'no_report', reason: 'grounds_not_confirmed' });
  await until('11-08T10:00');
  await play(running, WORKER, { type: 'planFollowUp', kind: 'call', dueAt: local('11-10T10:00') });
  await until('11-10T12:30');
  await play(running, WORKER, { type: 'completeFollowUp', step: 1 }, { type: 'planFollowUp', kind: 'interview', dueAt: local('11-12T13:00') });
  await until('11-10T14:00');
  await play(running, WORKER, { type: 'pause', reason: 'WAITING_FAMILY', until: local('11-17T14:00') });
  await until('11-18T09:00');
  await play(running, WORKER, { type: 'changeUrgency', urgency: 'green', reason: 'situation_improved' });
}

/** The other municipio answers late, and has lunch breaks. */
async function handedOver({ running, until }: Story): Promise<void> {
  await until('11-19T09:00');
  await play(running, WORKER, { type: 'transfer', municipio: '4', reason: 'family_moved' });
  await until('11-23T10:00');
  await play(running, ELSEWHERE, { type: 'acceptHandover' });
  await until('11-24T09:30');
  await play(running, NEIGHBOUR, { type: 'claim' }, { type: 'completeFollowUp', step: 2 });
  await until('11-25T10:00');
  await play(running, NEIGHBOUR, { type: 'recordDecision', kind: 'taking_charge' });
}

/** Nothing is pending until a review asks; then holidays, a strike and a pause lie in the way of the last step, and a calendar is changed under it. */
async function leftAlone({ running, until, local }: Story, changed: Rulebook): Promise<void> {
  await until('12-03T09:30');
  await acknowledge(running, 'review-1', 1, ELSEWHERE);
  await play(running, NEIGHBOUR, { type: 'planFollowUp', kind: 'home_visit', dueAt: local('12-09T10:00') });
  await until('12-06T09:00');
  await play(running, NEIGHBOUR, { type: 'pause', reason: 'WAITING_FAMILY', until: local('12-14T09:00') });
  await until('12-10T11:00');
  await play(running, NEIGHBOUR, { type: 'resume' });
  await until('12-20T09:00');
  await running.do({ type: 'rebase', reason: 'calendar_changed', rulebook: changed }, SYSTEM);
  await until('12-28T11:00');
  await play(running, NEIGHBOUR, { type: 'completeFollowUp', step: 3 }, { type: 'close', outcome: 'taken_in_charge' });
}
