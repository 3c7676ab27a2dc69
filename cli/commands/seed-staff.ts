/** The invented staff of a development system, through the public API: whoever `cli token` makes without a name of their own, and somebody on call. */
import { randomUUID } from 'node:crypto';
import { createDevIssuer } from '../../api/dev-issuer.ts';
import type { Role } from '../../domain/case/codes.ts';
import type { DataDirectory } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';
import { createApiClient, type ApiClient } from '../scenario/api-client.ts';

const DOMAIN = 'staff.example.org';
const MUNICIPI = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const DAY_MS = 86_400_000;
const ON_CALL_DAYS = 365;
/** Long before a roster of a year ends. */
const AHEAD_DAYS = 30;

interface Invented {
  readonly role: Role;
  readonly municipi: readonly string[];
}

const STAFF: readonly Invented[] = [
  ...(['operator', 'shiftLeader', 'manager', 'admin'] as const).map((role) => ({ role, municipi: [] })),
  { role: 'coordinator', municipi: ['CENTRAL'] },
  ...MUNICIPI.flatMap((municipio) => (['coordinator', 'socialWorker'] as const).map((role) => ({ role, municipi: [municipio] }))),
];

const SEEDER = { label: 'seed', sub: 'seed-admin', roles: ['admin'], municipi: [] } as const;

/** Adds those who are not there yet; what was changed since stays. */
export async function seedStaff(data: DataDirectory, url: string): Promise<void> {
  const issuer = await createDevIssuer(data.path);
  const api = createApiClient(url, () => issuer.mintToken({ role: SEEDER.roles, sub: SEEDER.sub }));
  const there = new Set((await listOf<{ readonly id: string }>(api, '/api/v1/admin/staff')).map(({ id }) => id));
  for (const { role, municipi } of STAFF) {
    const id = [role, ...municipi].join('-');
    if (there.has(id)) continue;
    const body = { roles: [role], municipi, mail: `${id.toLowerCase()}@${DOMAIN}` };
    await put(api, `/api/v1/admin/staff/${id}`, body);
  }
  const ahead = `from=${isoIn(AHEAD_DAYS)}&to=${isoIn(AHEAD_DAYS + 1)}`;
  if ((await listOf(api, `/api/v1/admin/on-call?${ahead}`)).length > 0) return;
  await put(api, `/api/v1/admin/on-call/${randomUUID()}`, { territory: '*', person: 'manager', from: isoIn(0), to: isoIn(ON_CALL_DAYS) });
}

async function listOf<T>(api: ApiClient, path: string): Promise<readonly T[]> {
  const { status, body } = await api.send({ method: 'GET', path, as: SEEDER });
  if (status !== 200) throw refused(path, body);
  return (body as { readonly items: readonly T[] }).items;
}

async function put(api: ApiClient, path: string, body: object): Promise<void> {
  const reply = await api.send({ method: 'PUT', path, as: SEEDER, body });
  if (reply.status >= 300) throw refused(path, reply.body);
}

function refused(path: string, body: unknown): CliError {
  return new CliError(`The API refused ${path}: ${JSON.stringify(body)}`, 'Start with --no-seed, or put right what it says.', EXIT.software);
}

function isoIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString();
}
