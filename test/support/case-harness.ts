/** A case's workflow under test: a worker on a task queue of its own, a log, and commands given as people would. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { WorkflowFailedError, WorkflowUpdateFailedError, type Client, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import { createAnnounceActivities } from '../../activities/announce.ts';
import { createAppendActivities } from '../../activities/append.ts';
import { UNMEASURED } from '../../activities/metrics.ts';
import { createRecoveryActivities, type Recovery, type RestartRequest } from '../../activities/recovery.ts';
import type { Incident } from '../../db/repositories/incidents.ts';
import type { StaffMessage } from '../../db/repositories/staff-messages.ts';
import { eventActor, type Actor, type Open, type UpdateCommand } from '../../domain/case/commands.ts';
import { decide, decideOpening } from '../../domain/case/decide.ts';
import { applyRevision, fold } from '../../domain/case/evolve.ts';
import type { Revision } from '../../domain/case/events.ts';
import { answerOf, type CommandAnswer } from '../../domain/case/projection.ts';
import type { CaseState } from '../../domain/case/state.ts';
import type { Rulebook } from '../../domain/sla/policy.ts';
import type { caseWorkflow } from '../../workflows/index.ts';
import { CASE_WORKFLOW, GET_STATE, type CaseWorkflowInput, type CommandEnvelope } from '../../workflows/case/messages.ts';
import { caseStartOptions } from '../../workflows/case/start-options.ts';
import { opening, OPERATOR, WORKER } from './case-builder.ts';
import { MemoryLog } from './memory-log.ts';
import { WALL_RULEBOOK } from './rulebook.ts';

export interface HarnessOptions {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly bundle: WorkflowBundleOption;
  /** @default made of process and machine */
  readonly identity?: string;
  /** How the worker seals payloads; the client has its own. @default not at all */
  readonly dataConverter?: DataConverter;
  /** The engine's clock: skipped time included. */
  readonly now: () => Promise<number>;
  /** Activities besides those of the harness, or in their place. @default none */
  readonly more?: (harness: HarnessParts) => object;
}

export interface HarnessParts {
  readonly log: MemoryLog;
  readonly taskQueue: string;
  readonly recorded: Recorded;
}

export interface Recorded {
  readonly announced: Announced[];
  readonly restarts: RestartRequest[];
  readonly incidents: Pick<Incident, 'kind' | 'caseId' | 'details'>[];
}

/** An alert as it was told. */
export type Announced = Omit<StaffMessage, 'readAt'>;

/** What a test hands the worker instead of the defaults. */
export interface Faults {
  announce?: (announcement: Announced) => Promise<void>;
}

export async function createHarness(options: HarnessOptions) {
  const log = new MemoryLog();
  const recorded: Recorded = { announced: [], restarts: [], incidents: [] };
  const faults: Faults = {};
  const taskQueue = `cases-${randomUUID()}`;
  const recovery: Recovery = { restart: (request) => Promise.resolve(void recorded.restarts.push(request)) };
  const activities = {
    ...createAppendActivities({ caseLog: log, recovery, metrics: UNMEASURED, now: Date.now }),
    ...createRecoveryActivities({ recovery }),
    ...createAnnounceActivities({
      staffMessages: {
        async insert(message) {
          await faults.announce?.(message);
          recorded.announced.push(message);
          return true;
        },
      },
      incidents: { record: ({ kind, caseId, details }) => Promise.resolve(recorded.incidents.push({ kind, caseId, details }) > 0) },
      now: Date.now,
    }),
    ...options.more?.({ log, taskQueue, recorded }),
  };
  const identity = options.identity === undefined ? {} : { identity: options.identity };
  const { connection, bundle, dataConverter } = options;
  const sealing = dataConverter === undefined ? {} : { dataConverter };
  const worker = await Worker.create({ ...identity, ...sealing, connection, taskQueue, workflowBundle: bundle, activities, maxCachedWorkflows: 100 });
  const running = worker.run();

  /** Opens a case and starts its workflow from the folded state. */
  async function open(change: Partial<Open> = {}, input: Partial<CaseWorkflowInput> = {}, actor: Actor = OPERATOR) {
    const caseId = randomUUID();
    const command = opening({ caseId, rulebook: WALL_RULEBOOK, ...change });
    const { events } = decideOpening(command, actor, await options.now());
    const revision: Revision = { revision: 1, commandId: randomUUID(), command: 'open', actor: eventActor(actor), events };
    log.open(caseId, [revision]);
    return start(caseId, input);
  }

  /** Opens a closed case again, as a new episode with its own workflow. */
  async function reopen(caseId: string, { rulebook = WALL_RULEBOOK }: { readonly rulebook?: Rulebook } = {}, actor: Actor = OPERATOR) {
    const state = log.state(caseId);
    const command = { type: 'reopen', reason: 'family_called_back', rulebook } as const;
    const decision = decide(state, { command, actor }, await options.now());
    if (!decision.ok) throw new Error(decision.rejection.code);
    const revision = state.revision + 1;
    const stored = { revision, commandId: randomUUID(), command: 'reopen', actor: eventActor(actor), events: decision.events };
    log.store(caseId, stored, answerOf(applyRevision(state, stored)));
    return start(caseId);
  }

  /** Starts the workflow of a case from what its log holds. */
  async function start(caseId: string, input: Partial<CaseWorkflowInput> = {}) {
    const state = input.state ?? fold(log.revisions(caseId))!;
    const { args, ...startOptions } = caseStartOptions(state, taskQueue);
    const handle = await options.client.workflow.start<typeof caseWorkflow>(CASE_WORKFLOW, { ...startOptions, args: [{ ...args[0], ...input }] });
    return new RunningCase(caseId, handle, log);
  }

  return {
    log,
    taskQueue,
    recorded,
    faults,
    open,
    reopen,
    start,
    async stop() {
      worker.shutdown();
      await running;
    },
  };
}

export type Harness = Awaited<ReturnType<typeof createHarness>>;

/** A case with a workflow: commands go in, the log shows what became of them. */
export class RunningCase {
  readonly caseId: string;
  readonly handle: WorkflowHandleWithFirstExecutionRunId<typeof caseWorkflow>;
  readonly #log: MemoryLog;

  constructor(caseId: string, handle: WorkflowHandleWithFirstExecutionRunId<typeof caseWorkflow>, log: MemoryLog) {
    this.caseId = caseId;
    this.handle = handle;
    this.#log = log;
  }

  do(command: UpdateCommand, actor: Actor = WORKER, change: Partial<CommandEnvelope> = {}): Promise<CommandAnswer> {
    const commandId = change.commandId ?? randomUUID();
    const envelope: CommandEnvelope = { commandId, actor, ifMatch: null, fingerprint: null, requestId: commandId, ...change, command };
    return this.handle.executeUpdate<CommandAnswer, [CommandEnvelope]>(command.type, { args: [envelope], updateId: commandId });
  }

  /** The failure type of a command that must not succeed. */
  async failure(command: UpdateCommand, actor: Actor = WORKER, change: Partial<CommandEnvelope> = {}): Promise<string | undefined> {
    try {
      await this.do(command, actor, change);
      return 'accepted';
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      return error.cause instanceof Error && 'type' in error.cause ? String(error.cause.type) : error.cause?.name;
    }
  }

  /** How the run ended: `completed`, or the type of its failure. */
  async ending(): Promise<string> {
    try {
      await this.handle.result();
      return 'completed';
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      return error.cause instanceof Error && 'type' in error.cause ? String(error.cause.type) : (error.cause?.name ?? 'unknown');
    }
  }

  state(): Promise<CaseState> {
    return this.handle.query<CaseState>(GET_STATE);
  }

  events(): readonly string[] {
    return this.#log.types(this.caseId);
  }

  revisions(): ReturnType<MemoryLog['revisions']> {
    return this.#log.revisions(this.caseId);
  }

  count(type: string): number {
    return this.events().filter((each) => each === type).length;
  }
}

/** Waits for what a worker does in its own time. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 10_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await setTimeout(50);
    }
  }
}
