/** `cli seed`: a few synthetic cases through the public API. Codes only: behind them stands nobody. */
import { createDevIssuer } from '../../api/dev-issuer.ts';
import type { DataDirectory } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';
import { createApiClient } from '../scenario/api-client.ts';

/** What the line is called for, in turn. */
const CALLS = [
  { urgency: 'yellow', primaryNeed: 'PERINATAL_MENTAL_HEALTH', otherNeeds: ['ISOLATION'], circumstances: ['MOOD_CONCERN', 'ALONE_POSTPARTUM'], municipio: '6' },
  { urgency: 'green', primaryNeed: 'ISOLATION', otherNeeds: ['BREASTFEEDING_INFANT_CARE'], circumstances: ['STABLE_NET'], municipio: '8' },
  { urgency: 'yellow', primaryNeed: 'HOUSING_EVICTION', otherNeeds: ['ECONOMIC_HARDSHIP'], circumstances: ['EVICTION_30D'], municipio: '4' },
  { urgency: 'green', primaryNeed: 'CHILD_HEALTH_DEVELOPMENT', otherNeeds: [], circumstances: ['STABLE_NET'], municipio: '9' },
  { urgency: 'yellow', primaryNeed: 'BEREAVEMENT_LOSS', otherNeeds: [], circumstances: ['RECENT_LOSS'], municipio: null },
  { urgency: 'green', primaryNeed: 'COUPLE_CONFLICT_SEPARATION', otherNeeds: ['PARENTING_SUPPORT'], circumstances: ['STABLE_NET'], municipio: '6' },
] as const;

/** Opens the first `count` synthetic cases. Their keys are fixed: a second time nothing is doubled. */
export async function seedCases(data: DataDirectory, url: string, count: number): Promise<void> {
  const issuer = await createDevIssuer(data.path);
  const seeder = { label: 'seed', sub: 'seed', roles: ['operator'], municipi: [] } as const;
  const api = createApiClient(url, () => issuer.mintToken({ role: seeder.roles, sub: seeder.sub }));
  for (let index = 0; index < count; index++) {
    const body = CALLS[index % CALLS.length];
    const reply = await api.send({ method: 'POST', path: '/api/v1/cases', as: seeder, key: `seed-${index + 1}`, body });
    if (reply.status >= 300)
      throw new CliError(
        `The API refused synthetic case ${index + 1}: ${JSON.stringify(reply.body)}`,
        'Start with --no-seed, or put right what it says.',
        EXIT.software,
      );
  }
}
