/**
 * The life of one episode of a case: it answers commands, keeps every promise's deadline, tells people when one is broken, and ends when the episode is closed.
 * What may be done is in domain/case; the order of writing is in command-log.ts. It moves to newer code by itself (AUTO_UPGRADE): that is set by a versioned
 * worker as its default, because the server refuses the tasks of a workflow that names it on a worker without versioning.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  DeterminismViolationError,
  isCancellation,
  log,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { AppendActivities } from '../../activities/append.ts';
import type { RecoveryActivities } from '../../activities/recovery.ts';
import { UPDATE_COMMANDS } from '../../domain/case/commands.ts';
import type { CommandAnswer } from '../../domain/case/projection.ts';
import { isOpen, RULES_VERSION, type CaseState } from '../../domain/case/state.ts';
import { EFFECT_FAILED } from '../notifications/messages.ts';
import { CommandLog } from './command-log.ts';
import { createDeadlineTimer } from './deadline-timer.ts';
import { currentDetails, nextDeadlineOf } from './details.ts';
import { announcementsOf, createEffects, openAnnouncements, type Effects } from './effects.ts';
import { asFailure, engineFailure } from './failures.ts';
import { GET_STATE, REPORT_STATE, STATE_REPORTED, type CaseWorkflowInput, type CaseWorkflowResult, type CommandEnvelope } from './messages.ts';

// Short, and retried without end: a command that was accepted is written however long the database is away.
const { append } = proxyLocalActivities<AppendActivities>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '1m',
  retry: { initialInterval: '200ms', maximumInterval: '2s' },
});

const { requestRestart } = proxyActivities<RecoveryActivities>({ startToCloseTimeout: '30s', retry: { maximumInterval: '1m' } });

export async function caseWorkflow(input: CaseWorkflowInput): Promise<CaseWorkflowResult> {
  const course = createCourse(input);
  registerHandlers(course.commands);
  try {
    return await live(input, course);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => recordCancellation(input, course.commands));
    throw error;
  }
}

interface Course {
  readonly commands: CommandLog;
  readonly effects: Effects;
  readonly next: () => ReturnType<typeof nextDeadlineOf>;
}

function createCourse(input: CaseWorkflowInput): Course {
  let next = nextDeadlineOf(input.state);
  setCurrentDetails(currentDetails(input.state, next));
  // One for all appends: each scope stays linked to its parent for the life of the run.
  const writing = new CancellationScope({ cancellable: false });
  const effects = createEffects((key) => commands.runSystem({ type: 'recordIncident', incident: 'effect_failed', about: key }));
  const commands = new CommandLog({
    state: input.state,
    answered: input.answered,
    now: () => Date.now(),
    append: (request) => writing.run(() => append(request)),
    onRevision(revision, state) {
      next = nextDeadlineOf(state);
      setCurrentDetails(currentDetails(state, next));
      announcementsOf(state, revision.events).forEach(effects.add);
    },
  });
  openAnnouncements(input.state, input.announced ?? 0).forEach(effects.add);
  return { commands, effects, next: () => next };
}

/** One update for each command. They are all registered before anything is awaited: what arrives earlier waits in the task. */
function registerHandlers(commands: CommandLog): void {
  setHandler(defineQuery<CaseState>(GET_STATE), () => commands.state);
  setHandler(defineSignal<[string]>(EFFECT_FAILED), (about) => void recordFailedEffect(commands, about));
  setHandler(defineUpdate<void>(REPORT_STATE), () => undefined, { validator: () => reportState(commands) });
  for (const name of UPDATE_COMMANDS) {
    setHandler(defineUpdate<CommandAnswer, [CommandEnvelope]>(name), (envelope) => commands.run(envelope).catch(fail), {
      validator: (envelope: CommandEnvelope) => validate(commands, name, envelope),
      description: `Comando ${name}`,
    });
  }
}

/** Somebody could not be told: those who look at the case see it. */
async function recordFailedEffect(commands: CommandLog, about: string): Promise<void> {
  await commands.runSystem({ type: 'recordIncident', incident: 'effect_failed', about }).catch(() => undefined);
}

function reportState(commands: CommandLog): never {
  throw ApplicationFailure.nonRetryable('The state is told in the details', STATE_REPORTED, commands.state);
}

function validate(commands: CommandLog, name: string, envelope: CommandEnvelope): void {
  try {
    if (envelope.command.type !== name) throw engineFailure('command_malformed', `The command is not ${name}`);
    commands.check(envelope);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  throw asFailure(error);
}

async function live(input: CaseWorkflowInput, { commands, effects, next }: Course): Promise<CaseWorkflowResult> {
  const timer = createDeadlineTimer();
  // 2026-11, rules-1: raises cases opened under older rules. Remove with the last case below version 1.
  if (isOpen(input.state) && input.state.rulesVersion < RULES_VERSION && patched('2026-11-rules-1'))
    await commands.runSystem({ type: 'raiseRules', to: RULES_VERSION });

  const over = () => commands.failure !== null || !isOpen(commands.state) || commands.state.episode !== input.episode;
  const settled = () => allHandlersFinished() && !commands.busy && effects.idle();
  const mayContinue = () => isLong(input, commands) && settled();
  while (!over()) {
    timer.arm(next().at, next().summary);
    await condition(() => over() || timer.rang() || timer.isLateFor(next().at) || mayContinue());
    if (over()) break;
    if (timer.rang()) {
      if (!(await tick(commands, over))) return giveUp(input, commands);
      timer.reset();
    } else if (mayContinue()) {
      await continueAsNew<typeof caseWorkflow>(continuation(input, commands));
    }
  }
  // A run that failed does not wait for its effects: its successor begins with what nobody has answered.
  await condition(() => (commands.failure === null ? settled() : allHandlersFinished()));
  if (commands.failure !== null) throw commands.failure;
  return { revision: commands.state.revision, status: commands.state.stage.status };
}

/** Lets time pass. False when the code cannot: a promise would be broken in silence if this run went on. */
async function tick(commands: CommandLog, over: () => boolean): Promise<boolean> {
  try {
    await commands.runSystem({ type: 'tick' });
    return true;
  } catch (error) {
    // One that finds the episode over, or the log behind, has nothing to add: the loop sees to it.
    if (over()) return true;
    if (error instanceof TemporalFailure || error instanceof DeterminismViolationError) throw error;
    log.error('time cannot pass', { error: error instanceof Error ? error.stack : String(error) });
    return false;
  }
}

/** Ends the run and has the case started again from its log: with the code put right, it goes on; until then the failed runs are there to be seen. */
async function giveUp({ caseId, episode }: CaseWorkflowInput, commands: CommandLog): Promise<never> {
  await requestRestart({ caseId, episode, revision: commands.state.revision, reason: 'internal_error', runId: workflowInfo().runId });
  await condition(allHandlersFinished);
  throw engineFailure('internal_error', 'Unexpected error while time passed');
}

/**
 * A worker that takes a case up again replays the run so far, 0.7 ms an event on one core. Runs of a thousand events made a killed worker's cases wait for
 * minutes: dozens were replayed at once, none within the time of its task, and all began again. Most cases end long before.
 */
const LONGEST_HISTORY = 250;

function isLong(input: CaseWorkflowInput, commands: CommandLog): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= LONGEST_HISTORY || (input.continueAfter !== undefined && commands.applied >= input.continueAfter);
}

function continuation(input: CaseWorkflowInput, commands: CommandLog): CaseWorkflowInput {
  const state = commands.state;
  const announced = state.alerts.at(-1)?.alert ?? 0;
  return { ...input, state, answered: commands.answered, announced };
}

/** Only an operator of the system cancels a workflow. A case that is still open says so, and is started again from its log. */
async function recordCancellation({ caseId, episode }: CaseWorkflowInput, commands: CommandLog): Promise<void> {
  await commands.runSystem({ type: 'recordIncident', incident: 'engine_cancelled', about: 'operator' }).catch(() => undefined);
  const { state, failure } = commands;
  // Where the log stands behind, its append has asked already.
  if (failure === null && isOpen(state) && state.episode === episode)
    await requestRestart({ caseId, episode, revision: state.revision, reason: 'engine_cancelled', runId: workflowInfo().runId });
  await condition(allHandlersFinished);
}
