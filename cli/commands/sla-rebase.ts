/** `cli sla rebase`: open cases moved to the policies and calendars in force, as a batch that is started, watched or stopped (docs/reference/policies.md). */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDevIssuer } from '../../api/dev-issuer.ts';
import type { RebaseBatchBody, RebasedCaseBody, RebaseRequestBody } from '../../api/schemas/rebases.ts';
import { runningSystem, type DataDirectory, type Environment } from '../config.ts';
import { EXIT } from '../errors.ts';
import { createAdminApi, type AdminApi } from '../sla/admin-api.ts';
import { table } from '../table.ts';

export interface RebaseOptions {
  /** Cases measured by these now, `<id>@<version>` or `none`. */
  readonly policy?: readonly string[];
  readonly municipio?: readonly string[];
  readonly need?: readonly string[];
  readonly urgency?: readonly string[];
  /** One case instead of a batch. */
  readonly case?: string;
  /** Keep each case's policy, renew its calendars. */
  readonly calendars?: boolean;
  /** As if this policy's draft were published; with `dryRun`. */
  readonly draft?: string;
  readonly dryRun?: boolean;
  /** Look at a batch that was started before, or stop it. */
  readonly status?: string;
  readonly cancel?: string;
  /** Do not wait for its end. @default true */
  readonly wait?: boolean;
  readonly json?: boolean;
  /** @default the system that runs on the data directory */
  readonly url?: string;
}

const POLL_MS = 500;
/** Of cases that could not be rebased. */
const MOST_SHOWN = 20;

/** Returns the exit code: 1 where a case could not be rebased, or the batch was cancelled. Throws `CliError`. */
export async function rebase(data: DataDirectory, options: RebaseOptions, env: Environment, print: (text: string) => void): Promise<number> {
  const url = options.url ?? (await runningSystem(data)).url;
  const api = createAdminApi(url, env['API_TOKEN'] ?? (await developmentToken(data)));
  if (options.case !== undefined) return rebaseOne(api, options.case, options, print);
  const batch = await batchOf(api, options);
  const ended = options.wait === false ? batch : await untilEnded(api, batch, options, print);
  const failed = ended.failed === 0 ? [] : await failedCases(api, ended.batchId);
  print(options.json === true ? `${JSON.stringify({ ...ended, failedCases: failed }, null, 2)}\n` : `${summaryOf(ended, failed)}\n`);
  return ended.failed > 0 || ended.status === 'cancelled' ? EXIT.difference : 0;
}

/** Whoever reaches the keys of the development issuer may be anybody; elsewhere `API_TOKEN` holds a token of the issuer. */
async function developmentToken(data: DataDirectory): Promise<string> {
  const issuer = await createDevIssuer(data.path);
  return issuer.mintToken({ role: 'admin', sub: 'cli' });
}

async function rebaseOne(api: AdminApi, caseId: string, { calendars, dryRun = false, json }: RebaseOptions, print: (text: string) => void): Promise<number> {
  const body = { dryRun, to: calendars === true ? 'calendars' : 'inForce' };
  const done = await api.post<RebasedCaseBody>(`/cases/${encodeURIComponent(caseId)}/rebase`, body);
  if (json === true) print(`${JSON.stringify(done, null, 2)}\n`);
  else print(`${done.caseId}: ${verdictOf(done)}\n${movedTable(done.moved)}`);
  return 0;
}

function verdictOf({ rebased, dryRun, from, to }: RebasedCaseBody): string {
  if (!rebased) return `is measured by ${to} already`;
  return `${dryRun ? 'would go' : 'went'} from ${from} to ${to}`;
}

function movedTable(moved: RebasedCaseBody['moved']): string {
  if (moved.length === 0) return 'no deadline moves\n';
  return `${table(
    ['promise', 'was due', 'is due'],
    moved.map(({ clock, before, after }) => [clock, before ?? '-', after ?? '-']),
  )}\n`;
}

async function batchOf(api: AdminApi, options: RebaseOptions): Promise<RebaseBatchBody> {
  if (options.status !== undefined) return read(api, options.status);
  if (options.cancel !== undefined) return api.post<RebaseBatchBody>(`/admin/rebases/${encodeURIComponent(options.cancel)}/cancel`);
  const { policy: policies, municipio: territories, need: needs, urgency: urgencies, calendars, draft, dryRun = false } = options;
  const filter = Object.fromEntries(Object.entries({ policies, territories, needs, urgencies }).filter(([, list]) => list !== undefined));
  const body = { filter, dryRun, ...(draft === undefined ? { to: calendars === true ? ('calendars' as const) : ('inForce' as const) } : { draft }) };
  return api.post<RebaseBatchBody>('/admin/rebases', body satisfies RebaseRequestBody);
}

function read(api: AdminApi, batchId: string): Promise<RebaseBatchBody> {
  return api.get(`/admin/rebases/${encodeURIComponent(batchId)}`);
}

async function untilEnded(api: AdminApi, first: RebaseBatchBody, { json }: RebaseOptions, print: (text: string) => void): Promise<RebaseBatchBody> {
  let [batch, told] = [first, ''];
  while (batch.finishedAt === null) {
    const line = progressOf(batch);
    if (json !== true && line !== told) print(`${line}\n`);
    told = line;
    await sleep(POLL_MS);
    batch = await read(api, batch.batchId);
  }
  return batch;
}

function progressOf({ batchId, status, done, total, notBefore, startedAt }: RebaseBatchBody): string {
  if (startedAt === null) return `${batchId} ${status}, begins at ${notBefore}`;
  return `${batchId} ${status}: ${done} of ${total ?? 'a number being counted'}`;
}

async function failedCases(api: AdminApi, batchId: string): Promise<readonly { readonly caseId: string; readonly reason: string | null }[]> {
  const { items } = await api.get<{ items: { caseId: string; reason: string | null }[] }>(
    `/admin/rebases/${encodeURIComponent(batchId)}/cases?outcome=failed&limit=${MOST_SHOWN}`,
  );
  return items.map(({ caseId, reason }) => ({ caseId, reason }));
}

function summaryOf(batch: RebaseBatchBody, failed: readonly { readonly caseId: string; readonly reason: string | null }[]): string {
  const { batchId, status, dryRun, total, done, moved, unchanged, clocksMoved } = batch;
  const verb = dryRun ? 'would move' : 'moved';
  const figures = `${done} of ${total ?? 0} cases: ${moved} ${verb} (${clocksMoved} deadlines), ${unchanged} unchanged, ${batch.failed} failed`;
  const rows = failed.map(({ caseId, reason }) => [caseId, reason ?? '']);
  return [`${batchId} ${status}${dryRun ? ' (dry run)' : ''}`, figures, ...(rows.length === 0 ? [] : [table(['case', 'why not'], rows)])].join('\n');
}
