/** A family's waiting in the words of a language. */
import type { Language } from '../language.ts';
import { speakerAt, spokenInstant, spokenLength, type Speaker } from '../sla/spoken-time.ts';
import { WAITING_KINDS, type Accountability, type WaitingHop, type WaitingSplit } from './accountability.ts';
import { VOCABULARIES } from './explanation-words.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ToldWaiting {
  readonly whole: string[];
  /** One for each hop, in order. */
  readonly hops: readonly string[];
}

/** Tells where the waiting went, as of an instant. */
export function tellWaiting(account: Accountability, language: Language, asOf: number): ToldWaiting {
  const words = VOCABULARIES[language];
  const speaker = speakerAt(language, account.calendar, asOf);
  const whole = words.waiting.whole(spokenInstant(speaker, account.from), spokenInstant(speaker, account.to), spokenLength(language, account.ms), account.end);
  const spent = tellSplit(account.split, words, language);
  return { whole: spent === '' ? [whole] : [whole, words.waiting.spent(spent)], hops: account.hops.map((hop) => tellHop(hop, words, speaker)) };
}

function tellHop({ municipio, owner, from, to, ms, split }: WaitingHop, words: Vocabulary, speaker: Speaker): string {
  const { language } = speaker;
  const holder = words.waiting.holder(words.territory(municipio), owner);
  const text = words.waiting.hop(
    holder,
    spokenInstant(speaker, from),
    spokenInstant(speaker, to),
    spokenLength(language, ms),
    tellSplit(split, words, language),
  );
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tellSplit(split: WaitingSplit, words: Vocabulary, language: Language): string {
  const shares = WAITING_KINDS.filter((kind) => split[kind] > 0).map((kind) =>
    words.waiting.share(words.waiting.kinds[kind], spokenLength(language, split[kind])),
  );
  return shares.join(', ');
}
