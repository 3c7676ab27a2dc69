/** What the people know of the cases: from the last answers, so it may be out of date. */
import type { CaseStatus } from '../../domain/case/state.ts';
import type { Answer, Caller, Entry } from './ledger.ts';
import { EVERYBODY } from './people.ts';

export interface KnownCase {
  readonly caseId: string;
  status: CaseStatus;
  municipio: string | null;
  /** Whom it was offered to. */
  offered: { readonly municipio: string } | { readonly worker: Caller } | null;
  owner: Caller | null;
  steps: number;
}

/** The claim of whatever comes next in the queue. */
export const TAKE_NEXT = 'takeNext';

type AnswerBody = { readonly caseId: string; readonly status: CaseStatus };
type SentBody = { readonly municipio?: string; readonly worker?: string };

/** Takes in what an acknowledged command tells. */
export function learn(cases: KnownCase[], { command, caller, body: sent }: Entry, { body }: Answer): void {
  const { caseId, status } = body as AnswerBody;
  const { municipio = null, worker } = sent as SentBody;
  let known = cases.find((candidate) => candidate.caseId === caseId);
  if (known === undefined) {
    // Taken from the queue, it may be one whose opening nobody waited for.
    known = { caseId, status, municipio: command === 'open' ? municipio : (caller.municipi[0] ?? null), offered: null, owner: null, steps: 0 };
    cases.push(known);
  }
  known.status = status;
  Object.assign(known, changeBy(command, { known, caller, municipio, worker: EVERYBODY.find(({ sub }) => sub === worker) ?? null }));
}

interface Done {
  readonly known: KnownCase;
  readonly caller: Caller;
  readonly municipio: string | null;
  readonly worker: Caller | null;
}

function changeBy(command: string, { known, caller, municipio, worker }: Done): Partial<KnownCase> {
  switch (command) {
    case 'claim':
    case TAKE_NEXT:
      return { owner: caller };
    case 'assignTo':
      return { owner: worker };
    case 'assign':
      return { municipio, owner: null };
    case 'release':
      return { owner: null };
    case 'transfer':
      return municipio === null ? {} : { offered: { municipio } };
    case 'reassign':
      return worker === null ? {} : { offered: { worker } };
    case 'acceptHandover':
      return known.offered !== null && 'municipio' in known.offered
        ? { municipio: known.offered.municipio, offered: null, owner: null }
        : { offered: null, owner: caller };
    case 'declineHandover':
    case 'withdrawHandover':
      return { offered: null };
    case 'planFollowUp':
      return { steps: known.steps + 1 };
    case 'reopen':
      return { steps: 0, owner: null, offered: null };
    default:
      return {};
  }
}
