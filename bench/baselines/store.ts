/** Where the baselines keep a case: one row a command, in a schema of their own that is thrown away. */
import pg from 'pg';
import type { LifecycleCommand } from '../target.ts';

/** One command of a baseline's case. */
export interface BaselineRow {
  readonly caseId: string;
  readonly revision: number;
  readonly commandId: string;
  /** `breach`: its timer rang. */
  readonly command: LifecycleCommand | 'breach';
}

/** What a baseline answers. */
export interface BaselineAnswer {
  readonly caseId: string;
  readonly revision: number;
  readonly status: 'open' | 'closed';
}

const SCHEMA = 'bench';

const INSERT = `INSERT INTO ${SCHEMA}.row (case_id, revision, command_id, command, answer, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`;
const FIND = `SELECT answer FROM ${SCHEMA}.row WHERE case_id = $1 AND command_id = $2`;

/** Makes the empty schema; what an earlier run left is dropped. */
export async function prepareStore(databaseUrl: string): Promise<void> {
  await once(
    databaseUrl,
    `DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA};
     CREATE TABLE ${SCHEMA}.row (case_id uuid, revision integer, command_id text NOT NULL, command text NOT NULL, answer jsonb NOT NULL, at timestamptz NOT NULL,
       recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
       PRIMARY KEY (case_id, revision), UNIQUE (case_id, command_id))`,
  );
}

/** Leaves nothing behind. */
export async function dropStore(databaseUrl: string): Promise<void> {
  await once(databaseUrl, `DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
}

async function once(databaseUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

export interface BaselineStore {
  readonly append: (row: BaselineRow) => Promise<BaselineAnswer>;
  /** The answer of a command once it is written. */
  readonly find: (caseId: string, commandId: string) => Promise<BaselineAnswer | undefined>;
}

/** One prepared statement an operation, on a pool. */
export function createStore(databaseUrl: string): BaselineStore {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 20, application_name: 'bench' });
  return {
    async append({ caseId, revision, commandId, command }) {
      const answer: BaselineAnswer = { caseId, revision, status: command === 'close' ? 'closed' : 'open' };
      await pool.query({ name: 'append', text: INSERT, values: [caseId, revision, commandId, command, JSON.stringify(answer), new Date()] });
      return answer;
    },
    async find(caseId, commandId) {
      const { rows } = await pool.query<{ answer: BaselineAnswer }>({ name: 'find', text: FIND, values: [caseId, commandId] });
      return rows[0]?.answer;
    },
  };
}
