/**
 * What a case is measured by, from what people have published. The contract:
 * 1. The most specific policy in force for the case, with every calendar in force; before anything was ever published, the policy an installation is seeded with.
 * 2. Where no policy applies the case gets the one that promises a review only (`none@0`): nobody is turned away because of a table.
 * 3. A publication is seen by every process within `staleMs`; what a version promises is read once, because it never changes.
 * 4. The same object as long as nothing changed: its hash is then computed once.
 */
import { DEFAULT_POLICY } from '../../domain/sla/default-policy.ts';
import { NO_POLICY } from '../../domain/sla/no-policy.ts';
import { inForceAt, pickPolicy, type CaseFacts, type PublishedPolicy } from '../../domain/sla/policy-match.ts';
import type { Policy, Rulebook } from '../../domain/sla/policy.ts';
import { isEqual, policyLabel } from '../../domain/sla/rulebook.ts';
import { scaleRulebook } from '../../domain/sla/scale-policy.ts';
import type { PolicyRepository, PublishedHead } from './policies.ts';

export interface RulebookSource {
  /** Of a case with these facts at an instant. */
  current(at: number, facts: CaseFacts): Promise<Rulebook> | Rulebook;
  /** As if this policy had been published and were in force since `validFrom`. */
  withCandidate(at: number, facts: CaseFacts, candidate: Policy, validFrom: number): Promise<Rulebook> | Rulebook;
  /** A policy a case is measured by already, with the calendars in force at an instant. */
  withCalendars(at: number, pinned: Policy): Promise<Rulebook> | Rulebook;
  /** What is published is read again by the next question: whoever moves open cases must not do it by what was in force a moment ago. */
  refresh(): void;
}

/** The calendars half of a rulebook at an instant; the same object as long as nothing changed. */
export type SnapshotsAt = (at: number) => Promise<Pick<Rulebook, 'calendars' | 'calendarOf'>>;

export interface RulebookSourceDeps {
  readonly policies: Pick<PolicyRepository, 'publishedHeads' | 'bodies'>;
  readonly snapshotsAt: SnapshotsAt;
  /** Divides every budget, for demonstrations. @default 1 */
  readonly speed?: number;
  /** How long what is published is taken for known. @default 2_000 */
  readonly staleMs?: number;
}

export function createRulebookSource({ policies, snapshotsAt, speed = 1, staleMs = 2_000 }: RulebookSourceDeps): RulebookSource {
  const published = createPublishedMemory(policies, staleMs);
  const snapshots = createSnapshotMemory(snapshotsAt, staleMs);
  const compose = createComposer(speed);

  async function pick(at: number, facts: CaseFacts, all: readonly PublishedPolicy[]): Promise<Rulebook> {
    return compose(pickPolicy(inForceAt(all, at), facts)?.policy ?? NO_POLICY, await snapshots.at(at));
  }

  return {
    current: async (at, facts) => pick(at, facts, await published.all()),
    async withCandidate(at, facts, candidate, validFrom) {
      const others = (await published.all()).filter(({ policy }) => policyLabel(policy) !== policyLabel(candidate));
      return pick(Math.max(at, validFrom), facts, [...others, { policy: candidate, validFrom, retiredAt: null }]);
    },
    async withCalendars(at, pinned) {
      const made = compose(pinned, await snapshots.at(at));
      // What a case is measured by was divided when it was pinned.
      return made.policy === pinned ? made : { ...made, policy: pinned };
    },
    refresh() {
      published.forget();
      snapshots.forget();
    },
  };
}

/** Everything ever published. */
function createPublishedMemory(policies: RulebookSourceDeps['policies'], staleMs: number) {
  const bodies = new Map<string, Policy>();

  async function read(): Promise<readonly PublishedPolicy[]> {
    const heads = await policies.publishedHeads();
    const unknown = heads.filter((head) => !bodies.has(labelOf(head)));
    for (const policy of await policies.bodies(unknown)) bodies.set(policyLabel(policy), policy);
    const found = heads.map((head) => ({ policy: bodies.get(labelOf(head))!, validFrom: head.validFrom, retiredAt: head.retiredAt }));
    return found.length === 0 ? SEEDED : found;
  }

  const remembered = createMemory<readonly PublishedPolicy[]>(staleMs);
  return { all: () => remembered.answer('', read), forget: () => remembered.forget() };
}

/** The calendars about an instant: they change with the year and with what is published. */
function createSnapshotMemory(snapshotsAt: SnapshotsAt, staleMs: number) {
  const remembered = createMemory<Awaited<ReturnType<SnapshotsAt>>>(staleMs);
  return { at: (at: number) => remembered.answer(String(Math.floor(at / QUARTER_MS)), () => snapshotsAt(at)), forget: () => remembered.forget() };
}

/** Every zone's year turns on a quarter of an hour. */
const QUARTER_MS = 900_000;

/** The last answer to one question, until it is older than `staleMs`; one reading at a time, shared by whoever waits for it. */
function createMemory<T>(staleMs: number) {
  let latest: { readonly question: string; readonly at: number; readonly answer: Promise<T> } | undefined;
  return {
    answer(question: string, read: () => Promise<T>): Promise<T> {
      if (latest?.question === question && performance.now() - latest.at < staleMs) return latest.answer;
      const reading = { question, at: performance.now(), answer: read() };
      latest = reading;
      // A database that was away is asked again by the next one, not after `staleMs`.
      reading.answer.catch(() => {
        if (latest === reading) latest = undefined;
      });
      return reading.answer;
    },
    forget(): void {
      latest = undefined;
    },
  };
}

const SEEDED: readonly PublishedPolicy[] = [{ policy: DEFAULT_POLICY, validFrom: 0, retiredAt: null }];

/** Rulebooks made so far, by what they are made of. */
function createComposer(speed: number): (policy: Policy, snapshots: Pick<Rulebook, 'calendars' | 'calendarOf'>) => Rulebook {
  const made = new WeakMap<Policy, Rulebook>();
  return (policy, snapshots) => {
    const known = made.get(policy);
    if (known !== undefined && (speed > 1 || isEqual(known.calendarOf, snapshots.calendarOf))) return known;
    const rulebook = scaleRulebook({ policy, calendars: snapshots.calendars, calendarOf: snapshots.calendarOf }, speed);
    made.set(policy, rulebook);
    return rulebook;
  };
}

function labelOf({ policyId, version }: PublishedHead): string {
  return `${policyId}@${version}`;
}
