/** What is written down about the API from its own sources: the OpenAPI document and the page of problems. */
import { createProtection } from '../db/protection/protection.ts';
import { createDatabase } from '../db/knex.ts';
import { buildApp } from './app.ts';
import { PROBLEM_CODES, PROBLEMS } from './problems.ts';
import { createCaseEngine } from './temporal.ts';

/** The document as a development system serves it; nothing is connected to. */
export async function openApiDocument(): Promise<object> {
  const knex = createDatabase({ url: 'postgres://nowhere', applicationName: 'openapi' });
  const engine = createCaseEngine({ connect: { connectionOptions: { address: '127.0.0.1:1' } }, taskQueue: '', commandDeadlineMs: 1, startDeadlineMs: 1 });
  const app = await buildApp({
    ...{ knex, engine, territories: [], development: true, now: () => 0, logger: false, rateLimits: { perAddress: 1, perPerson: 1 }, trustProxy: false },
    verifier: { issuer: '', verify: () => Promise.reject(new Error('nobody asks here')) },
    protection: createProtection(nowhere),
    rulebooks: { current: nowhere, withCandidate: nowhere, withCalendars: nowhere, refresh: nowhere },
  });
  try {
    await app.ready();
    await app.compileSchemas();
    // As it is served: what has no value is not there.
    return JSON.parse(JSON.stringify(app.swagger())) as object;
  } finally {
    await app.close();
    await engine.close();
    await knex.destroy();
  }
}

function nowhere(): never {
  throw new Error('nothing is opened here');
}

/** The table of problems as a page, Italian beside English. */
export function errorsPage(): string {
  const rows = PROBLEM_CODES.map((code) => {
    const { status, title, advice } = PROBLEMS[code];
    return `| \`${code}\` | ${status} | ${title.it}<br>*${title.en}* | ${advice.it}<br>*${advice.en}* |`;
  });
  return `# Problemi dell'API / API problems

<!-- Written by \`npm run openapi\` from api/problems.ts: change it there. -->

Every refusal is \`application/problem+json\` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with a stable \`code\`; \`GET /api/v1/problems/<code>\` gives the
same line. Words follow \`Accept-Language\` (Italian unless English is preferred). \`errors\` lists every faulty field at once, \`allowed\` the commands the case
admits now, \`details\` the codes, numbers and instants behind a refusal.

| code | status | che cosa / *what* | che fare / *what to do* |
|---|---|---|---|
${rows.join('\n')}
`;
}
