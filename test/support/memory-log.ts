/** The case log in memory with the meaning of the real one, for tests that turn time: the same workflows run on Postgres in the integration tests. */
import type { CaseAppend, CaseLog } from '../../activities/append.ts';
import { LogBehind, type AppendResult } from '../../db/repositories/append.ts';
import type { Revision } from '../../domain/case/events.ts';
import { fold } from '../../domain/case/evolve.ts';
import type { CommandAnswer } from '../../domain/case/projection.ts';
import type { CaseState } from '../../domain/case/state.ts';

type Stored = AppendResult['stored'];

/** One log for many cases. `before` runs ahead of each append and may fail it; `after` may spoil what is returned. */
export class MemoryLog implements CaseLog {
  readonly #cases = new Map<string, Stored[]>();
  before: (request: CaseAppend) => void | Promise<void> = () => {};
  after: (result: AppendResult) => AppendResult = (result) => result;
  appends = 0;

  open(caseId: string, revisions: readonly Revision[]): void {
    this.#cases.set(
      caseId,
      revisions.map((revision) => ({ ...revision, answer: { revision: revision.revision, etag: revision.revision, status: 'awaiting_claim', clocks: [] } })),
    );
  }

  revisions(caseId: string): readonly Stored[] {
    return this.#cases.get(caseId) ?? [];
  }

  state(caseId: string): CaseState {
    return fold(this.revisions(caseId))!;
  }

  types(caseId: string): readonly string[] {
    return this.revisions(caseId).flatMap((revision) => revision.events.map((event) => event.type));
  }

  /** Stores a revision behind the workflow's back, as a second workflow of the same case would. */
  store(caseId: string, revision: Revision, answer: CommandAnswer): void {
    this.#cases.get(caseId)!.push({ ...revision, answer });
  }

  /** Forgets everything after a revision, as a restored backup does. */
  restore(caseId: string, revision: number): void {
    this.#cases.set(caseId, this.revisions(caseId).slice(0, revision));
  }

  async append(request: CaseAppend): Promise<AppendResult> {
    await this.before(request);
    return this.after(this.#write(request));
  }

  #write(request: CaseAppend): AppendResult {
    const stored = this.#cases.get(request.caseId) ?? [];
    const same = stored.find(({ revision, commandId }) => revision <= request.revision && commandId === request.commandId);
    if (same !== undefined) return { stored: same, ours: true };
    const other = stored[request.revision - 1];
    if (other !== undefined) return { stored: other, ours: false };
    if (stored.length < request.revision - 1) throw new LogBehind(request.caseId, request.revision, stored.length);
    const { revision, commandId, command, actor, events, answer } = request;
    stored.push({ revision, commandId, command, actor, events, answer });
    this.#cases.set(request.caseId, stored);
    this.appends += 1;
    return { stored: stored[stored.length - 1]!, ours: true };
  }
}
