/** The environment of a process, checked against a schema once, at its start. Every fault is reported at once, by the name of its variable and never by its value. */
import envSchema from 'env-schema';
import type { Static, TObject } from 'typebox';

/** The environment as a composition root hands it on. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with the environment; `exitCode` 78 is "configuration error". */
export class ConfigInvalid extends Error {
  readonly type = 'config_invalid';
  readonly exitCode = 78;
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = 'ConfigInvalid';
    this.faults = faults;
  }
}

/** The variables as their schema types them, with defaults. With faults, the values are what was given. */
export function checkEnvironment<Schema extends TObject>(
  schema: Schema,
  environment: Environment,
): { readonly values: Static<Schema>; readonly faults: readonly string[] } {
  const data = setVariables(environment);
  try {
    return { values: envSchema<Static<Schema>>({ schema: { ...schema }, data: { ...data }, env: false, dotenv: false }), faults: [] };
  } catch (error) {
    const { errors = [] } = error as { errors?: readonly SchemaFault[] };
    if (errors.length === 0) throw error;
    return { values: data as unknown as Static<Schema>, faults: [...new Set(errors.map(describe))] };
  }
}

/** What is set. An empty variable is not: deployment tools write one for what was left out. */
export function setVariables(environment: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''));
}

interface SchemaFault {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

function describe({ instancePath, keyword, params, message }: SchemaFault): string {
  if (keyword === 'required') return `${String(params['missingProperty'])} is missing`;
  const rule = keyword === 'enum' ? `must be one of ${(params['allowedValues'] as readonly string[]).join(', ')}` : (message ?? 'is not valid');
  return `${instancePath.slice(1)} ${rule}`;
}
