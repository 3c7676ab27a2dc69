/** Who asked for what, as hashes: the command id is a person and their key, the fingerprint is what was asked. Neither can be turned back. */
import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';

const ID_LENGTH = 40;

/** The same key of another person is another command. */
export function commandIdOf(issuer: string, subject: string, key: string): string {
  return createHash('sha256').update(`${issuer}|${subject}|${key}`).digest('hex').slice(0, ID_LENGTH);
}

export interface Fingerprinted {
  readonly method: string;
  /** Template of the route, not the address. */
  readonly route: string;
  readonly params: unknown;
  readonly body: unknown;
}

/**
 * Equal for requests under the same key that ask for the same, whatever the order of their fields. The key, which is stored nowhere, goes into it: of a body that
 * holds little but a phone number a plain hash would tell the number to whoever tries them all.
 */
export function fingerprintOf({ method, route, params, body }: Fingerprinted, key: string): string {
  return createHmac('sha256', key)
    .update(canonicalJson({ method, route, params: params ?? {}, body: body ?? {} }))
    .digest('hex');
}
