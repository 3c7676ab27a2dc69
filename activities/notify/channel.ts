/** What a channel sends, and how it fails. */
import type { Language } from '../../domain/language.ts';
import type { Channel } from '../../domain/staff/staff.ts';

/** A message in one person's language, with the facts it was made of. Never needs, names or anything of a family. */
export interface Notice {
  readonly subject: string;
  readonly text: string;
  readonly language: Language;
  /** Codes, ids and instants, for software that passes it on. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Envelope {
  /** The same at every attempt: receivers know by it what they have already. */
  readonly id: string;
  readonly recipient: string;
  readonly mail: string | null;
  readonly notice: Notice;
}

/** Sends one message; throws `Undelivered`. */
export type Send = (envelope: Envelope) => Promise<void>;

/** The channels an installation has. */
export type Senders = Readonly<Partial<Record<Channel, Send>>>;

/** It did not go out. `code` says why without quoting anybody. */
export class Undelivered extends Error {
  readonly type = 'undelivered';
  readonly code: string;
  /** Trying again would not help. */
  readonly final: boolean;
  /** When the receiver wants to be asked again. */
  readonly retryAfterMs: number | null;

  constructor(code: string, { final = false, retryAfterMs = null }: { readonly final?: boolean; readonly retryAfterMs?: number | null } = {}) {
    super(code);
    this.name = 'Undelivered';
    this.code = code;
    this.final = final;
    this.retryAfterMs = retryAfterMs;
  }
}
