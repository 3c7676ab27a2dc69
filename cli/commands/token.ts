/** `cli token`: a bearer token of the development issuer, alone on stdout. */
import { createDevIssuer } from '../../api/dev-issuer.ts';
import { ACCESS } from '../../domain/access/policy.ts';
import { ROLES, type Role } from '../../domain/case/codes.ts';
import type { DataDirectory } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';

export interface TokenOptions {
  readonly role: readonly string[];
  readonly municipio?: readonly string[];
  readonly sub?: string;
}

/** The token's text. The issuer's key is made at the first use, so that a token may be asked for before the system runs. */
export async function token(data: DataDirectory, options: TokenOptions): Promise<string> {
  const issuer = await createDevIssuer(data.path);
  return issuer.mintToken({
    role: options.role.map(knownRole),
    ...(options.municipio === undefined ? {} : { municipio: options.municipio }),
    ...(options.sub === undefined ? {} : { sub: options.sub }),
  });
}

/** What a person would find out only by seeing nothing; null when there is nothing to say. */
export function adviceOn({ role, municipio }: TokenOptions): string | null {
  const reaches = role.map((name) => ACCESS['case.list'][knownRole(name)]);
  if (municipio !== undefined || !reaches.includes('municipi') || reaches.includes('city')) return null;
  return `A ${role.join(' and ')} without a municipio sees no case: add --municipio 3, or another.`;
}

function knownRole(role: string): Role {
  const known = ROLES.find((candidate) => candidate === role);
  if (known === undefined) throw new CliError(`"${role}" is no role.`, `Roles: ${ROLES.join(', ')}.`, EXIT.usage);
  return known;
}
