import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { CONFORMANCE_PAGE, conformancePage, DIVERGENCES, FACTS, judgeFacts, mayDiverge } from '../../support/conformance.ts';

jest.setTimeout(60_000);

const verdicts = judgeFacts();

describe('the working-time facts of eight products', () => {
  test('are all here, each once and with its source', () => {
    expect(FACTS).toHaveLength(140);
    expect(new Set(FACTS.map(({ id }) => id)).size).toBe(FACTS.length);
    expect(new Set(FACTS.map(({ source }) => source.repo)).size).toBe(8);
    expect(FACTS.filter(({ source: { repo, path, commit, where } }) => ![repo, path, commit, where].every((part) => part !== ''))).toEqual([]);
  });

  test.each(verdicts.map(({ fact, ...verdict }) => [`${fact.id}: ${fact.kind}, ${fact.source.where}`, fact, verdict] as const))(
    '%s',
    (_, fact, { verdict, ours }) => {
      expect(verdict === 'fails' ? ours : fact.expected).toEqual(fact.expected);
    },
  );

  test('are answered otherwise only where the peer has a convention of its own, and then as listed', () => {
    const diverging = verdicts.filter(({ verdict }) => verdict === 'diverges').map(({ fact }) => fact);
    expect(diverging.map(({ id }) => id)).toEqual(DIVERGENCES.map(({ id }) => id));
    expect(diverging.filter((fact) => !mayDiverge(fact))).toEqual([]);
  });

  test('stand in the documentation as they are answered now', () => {
    expect(readFileSync(CONFORMANCE_PAGE, 'utf8')).toBe(conformancePage());
  });
});
