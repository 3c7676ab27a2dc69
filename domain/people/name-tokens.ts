/** A name as people are looked for by it: tokens without accents, case and punctuation, in no order. The same for what is stored and for what is searched. */

/** Letters that no decomposition takes apart. */
const PLAIN: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i', ə: 'e' };

/** Written apart or together with what follows: "De Luca" is found by "Deluca", "d'Angelo" by "Dangelo". */
const PARTICLES: ReadonlySet<string> = new Set(
  'al ap bin ben da dal dall dalla de dei del dell della delle di do dos du el fitz la le lo mac mc o san santa van ver von'.split(' '),
);

const MOST_TOKENS = 24;

/** The tokens of a name as it is searched: all of them must be found with one person. Empty where nothing of it is a letter or digit. */
export function nameTokens(name: string): readonly string[] {
  return [...new Set(words(name))].slice(0, MOST_TOKENS);
}

/** The tokens a name is stored under: those it is searched by, and particles joined with what follows them. */
export function indexedNameTokens(name: string): readonly string[] {
  const all = words(name);
  const joined = all.flatMap((word, index) => {
    const next = all[index + 1];
    return next !== undefined && (PARTICLES.has(word) || word.length === 1) ? [word + next] : [];
  });
  return [...new Set([...all, ...joined])].slice(0, 2 * MOST_TOKENS);
}

/** An apostrophe both joins and parts ("D'Angelo" is "dangelo", and searched apart it is "d" and "angelo"): parted here, joined as a particle. */
function words(name: string): readonly string[] {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[ßæœøđðłþıə]/gu, (letter) => PLAIN[letter] ?? letter)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
