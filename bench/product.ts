/** The product as a target: the five commands over its public HTTP API. */
import { randomUUID } from 'node:crypto';
import type { CountedProcess } from './cpu.ts';
import type { HttpRequest } from './http-client.ts';
import type { LifecycleCommand, NamedRead, Target } from './target.ts';

/** A running product, as whoever started or found it describes it. */
export interface RunningProduct {
  readonly url: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** Bearer tokens of an operator and of a social worker of {@link MUNICIPIO}. */
  readonly tokens: { readonly operator: string; readonly socialWorker: string };
  /** Its processes by name: `api`, `worker`, `temporal`, `postgres`, others. Empty where they are on another machine. */
  readonly processes: readonly CountedProcess[];
}

/** Where every case of a run is opened. */
export const MUNICIPIO = '3';

const CASES = '/api/v1/cases';

const OPENING = {
  urgency: 'yellow',
  primaryNeed: 'PERINATAL_MENTAL_HEALTH',
  otherNeeds: ['ISOLATION'],
  redFlags: [],
  circumstances: ['MOOD_CONCERN'],
  municipio: MUNICIPIO,
  assignReason: 'registered_address',
};

const COMMANDS: Readonly<Record<Exclude<LifecycleCommand, 'open'>, { readonly path: string; readonly body: object }>> = {
  claim: { path: 'claim', body: {} },
  logAttempt: { path: 'log-attempt', body: { outcome: 'reached' } },
  recordDecision: { path: 'record-decision', body: { kind: 'information' } },
  close: { path: 'close', body: { outcome: 'informed' } },
};

/** How the product is spoken to. */
export function productTarget({ url, tokens, processes }: RunningProduct): Target {
  const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const post = (path: string, token: string, body: unknown): HttpRequest => ({
    method: 'POST',
    path,
    headers: { ...as(token), 'idempotency-key': randomUUID() },
    body,
  });
  return {
    name: 'product',
    url,
    request(command, caseId) {
      if (command === 'open') return post(CASES, tokens.operator, { ...OPENING, household: randomUUID() });
      const { path, body } = COMMANDS[command];
      return post(`${CASES}/${caseId}/${path}`, tokens.socialWorker, body);
    },
    caseIdOf: (body) => (body as { caseId: string }).caseId,
    workflowIdOf: (caseId) => `case-${caseId}-1`,
    reads: (caseId): readonly NamedRead[] => [
      { name: 'readCase', request: { method: 'GET', path: `${CASES}/${caseId}`, headers: as(tokens.socialWorker) } },
      {
        name: 'readQueue',
        request: {
          method: 'GET',
          path: `${CASES}?municipio=${MUNICIPIO}&status=awaiting_claim,contacting,following_up&limit=50`,
          headers: as(tokens.socialWorker),
        },
      },
    ],
    processes,
  };
}
