import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { consumedAt } from '../../../domain/sla/clock.ts';
import { deriveClocks } from '../../../domain/case/clocks.ts';
import { nextDeadline } from '../../../domain/case/deadlines.ts';
import { fold } from '../../../domain/case/evolve.ts';
import type { CaseEvent } from '../../../domain/case/events.ts';
import { PERSON_COMMANDS } from '../../../domain/case/commands.ts';
import { project } from '../../../domain/case/projection.ts';
import { currentPause, isOpen, isOwned, responsibleParty } from '../../../domain/case/state.ts';
import { elapse } from '../../../domain/case/tick.ts';
import { unseenRed } from '../../../domain/case/transitions.ts';
import { play, run } from '../../support/random-case.ts';
import { DAY } from '../../support/rulebook.ts';

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 60) };

function strip(events: readonly CaseEvent[]): unknown[] {
  return events.map((event) => ({ ...event, detectedAt: 0 }));
}

describe('laws of the case', () => {
  test('no sequence of commands reaches an illegal state', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(given, ({ state }) => {
          const { stage } = state;
          expect(isOwned(state)).toBe(typeof stage.owner === 'string');
          if (stage.status === 'following_up') expect(state.reachedAt).not.toBeNull();
          if (stage.status === 'contacting') expect(state.reachedAt).toBeNull();
          if (state.handover !== null) expect(isOwned(state)).toBe(true);
          if (currentPause(state) !== null) {
            expect(stage.status).toBe('following_up');
            expect(state.urgency).not.toBe('red');
          }
          if (state.closureProposal !== null) expect(isOwned(state)).toBe(true);
          if (!isOpen(state)) expect([state.handover, state.dispute, state.callback, currentPause(state)]).toEqual([null, null, null, null]);
          expect(state.pauses.filter((pause) => pause.endedAt === null).length).toBeLessThanOrEqual(1);
        });
      }),
      RUNS,
    );
  });

  test('folding the events gives the state, and the state survives JSON', () => {
    fc.assert(
      fc.property(run, (given) => {
        const { state, revisions } = play(given);
        expect(fold(revisions)).toEqual(state);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        expect(fold(JSON.parse(JSON.stringify(revisions)) as typeof revisions)).toEqual(state);
      }),
      RUNS,
    );
  });

  test('time that passes late or in pieces decides the same events as on time, but for the instant of detection', () => {
    fc.assert(
      fc.property(run, fc.integer({ min: 1, max: 10 * DAY }), fc.array(fc.nat({ max: 10 * DAY }), { maxLength: 8 }), (given, span, cuts) => {
        const { state, at } = play(given);
        const late = elapse(state, at + span);
        const onTime: CaseEvent[] = [];
        let current = state;
        for (let next = nextDeadline(current); next !== undefined && next <= at + span; next = nextDeadline(current)) {
          const step = elapse(current, next);
          onTime.push(...step.events);
          current = step.state;
        }
        expect(strip(onTime)).toEqual(strip(late.events));
        const pieces = [...cuts.filter((cut) => cut < span).sort((a, b) => a - b), span];
        let inPieces = state;
        const pieceEvents = pieces.flatMap((cut) => {
          const step = elapse(inPieces, at + cut);
          inPieces = step.state;
          return step.events;
        });
        expect(strip(pieceEvents)).toEqual(strip(late.events));
      }),
      RUNS,
    );
  });

  test('the time consumed by a running clock never shrinks', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(given, ({ state, at }, before) => {
          if (before === null || before.episode !== state.episode) return;
          const earlier = new Map(deriveClocks(before).map((derived) => [derived.clock.id, derived]));
          for (const { clock, course } of deriveClocks(state)) {
            const old = earlier.get(clock.id);
            if (old === undefined || old.clock.status !== 'running' || clock.status !== 'running') continue;
            expect(consumedAt(course, at)).toBeGreaterThanOrEqual(consumedAt(old.course, before.asOf));
            expect(consumedAt(course, before.asOf)).toBe(consumedAt(old.course, before.asOf));
          }
        });
      }),
      RUNS,
    );
  });

  test('a red case no supervisor has seen since it turned red has a clock that says so, and no other case has', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(given, ({ state }) => {
          if (!isOpen(state)) return;
          const waiting = deriveClocks(state).filter(({ clock }) => clock.name === 'supervisorSeen' && clock.status === 'running' && clock.dueAt !== null);
          expect(waiting.length).toBe(unseenRed(state) ? 1 : 0);
        });
      }),
      RUNS,
    );
  });

  test('a closed case never breaches and has no deadline', () => {
    fc.assert(
      fc.property(run, fc.integer({ min: 1, max: 400 * DAY }), (given, later) => {
        const subject = play(given);
        const { state } = subject;
        if (isOpen(state)) return;
        expect(nextDeadline(state)).toBeUndefined();
        expect(elapse(state, subject.at + later).events).toEqual([]);
        expect(deriveClocks(state).filter((derived) => derived.clock.status === 'running')).toEqual([]);
      }),
      RUNS,
    );
  });

  test('an open case always has a next deadline and a responsible party', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(given, ({ state }) => {
          if (!isOpen(state)) return;
          expect(nextDeadline(state)).toBeGreaterThanOrEqual(0);
          expect(responsibleParty(state)).not.toBeNull();
        });
      }),
      RUNS,
    );
  });

  test('each clock that fell due is breached exactly once, at or after its due instant', () => {
    fc.assert(
      fc.property(run, (given) => {
        const { state, at, revisions } = play(given);
        const settled = elapse(state, at);
        const events = [...revisions.flatMap((revision) => revision.events), ...settled.events];
        const seen = new Set<string>();
        let episode = 1;
        for (const event of events) {
          if (event.type === 'reopened') episode = event.episode;
          if (event.type !== 'clockBreached') continue;
          expect(event.at).toBeGreaterThanOrEqual(event.dueAt);
          expect(seen.has(`${episode}:${event.clock}`)).toBe(false);
          seen.add(`${episode}:${event.clock}`);
        }
        for (const { clock } of deriveClocks(settled.state)) {
          if (clock.status === 'running' && clock.dueAt !== null && clock.dueAt <= settled.state.asOf) expect(clock.breach).not.toBeNull();
        }
      }),
      RUNS,
    );
  });

  test('clock rows of a projection have distinct keys and agree with the case', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(given, ({ state }) => {
          const { row, clocks } = project(state);
          const keys = clocks.map((clock) => `${clock.episode}:${clock.clockId}`);
          expect(new Set(keys).size).toBe(keys.length);
          expect(row.revision).toBe(state.revision);
          expect(row.nextDeadline === null).toBe(row.status === 'closed');
        });
      }),
      RUNS,
    );
  });

  test('random runs are accepted every command people can give', () => {
    const accepted = new Set<string>();
    fc.assert(
      fc.property(run, (given) => {
        for (const revision of play(given).revisions) accepted.add(revision.command);
      }),
      { numRuns: 150, seed: 20261123 },
    );
    expect([...PERSON_COMMANDS, 'reopen', 'rebase', 'tick'].filter((command) => !accepted.has(command))).toEqual([]);
  });
});
