import { describe, expect, test } from '@jest/globals';
import { wordsOf, type AlertFacts, type ListFacts } from '../../../activities/notify/words.ts';
import { CLOCK_NAMES, URGENCIES } from '../../../domain/sla/policy.ts';

const DUE = Date.parse('2026-10-05T18:00+02:00');
const ALERT: AlertFacts = {
  kind: 'alert',
  key: 'k',
  caseId: '019ab000-0000-7000-8000-000000000001',
  municipio: '6',
  urgency: 'red',
  promise: 'claim',
  dueAt: DUE,
  answered: false,
};
const said = (facts: AlertFacts | ListFacts, language: 'it' | 'en', now = DUE - 1) => wordsOf(facts, language, 'Europe/Rome', now);

describe('what leaves the house', () => {
  test('says case, municipio, urgency, promise and instant, in the language of who reads it', () => {
    const { subject, text } = said(ALERT, 'it');
    expect(subject).toBe('Avviso: caso 019ab000, Municipio 6, urgenza rossa');
    expect(text.split('\n').slice(0, 5)).toEqual([
      'Caso: 019ab000-0000-7000-8000-000000000001',
      'Municipio: 6',
      'Urgenza: rossa',
      'Promessa: Presa in carico',
      'Entro: lunedì 5 ottobre 2026 alle ore 18:00',
    ]);
    expect(said(ALERT, 'en').text).toContain('Due by: Monday, 5 October 2026 at 18:00');
  });

  test('tells what is due from what was, and what somebody answered meanwhile', () => {
    expect(said(ALERT, 'it', DUE).text).toContain('Scaduta: lunedì');
    expect(said({ ...ALERT, answered: true }, 'en').text).toMatch(/^Meanwhile somebody has answered/);
    expect(said({ ...ALERT, dueAt: null, municipio: null }, 'it').text).toMatch(/Municipio: Centrale[^]*Entro: senza scadenza/);
  });

  test('has words for every promise and urgency', () => {
    for (const promise of [...CLOCK_NAMES, 'nightHandover' as const]) {
      for (const urgency of URGENCIES) {
        for (const language of ['it', 'en'] as const) expect(said({ ...ALERT, promise, urgency }, language).text).not.toMatch(/undefined|null/);
      }
    }
  });

  test('lists what is left before a closing, and how much more there is', () => {
    const item = {
      caseId: 'c-1',
      urgency: 'red' as const,
      status: 'contacting' as const,
      owner: null,
      nearestDueAt: null,
      reasons: ['no_plan', 'no_night_handover'] as const,
    };
    const list: ListFacts = { kind: 'handover_list', key: 'k', municipio: '6', closesAt: DUE, items: Array.from({ length: 42 }, () => item) };
    const { subject, text } = said(list, 'it');
    expect(subject).toBe('Da passare prima della chiusura: Municipio 6, 42 casi da guardare prima della chiusura');
    expect(text).toContain('- c-1 (rossa): senza un prossimo passo; rosso, passaggio per la notte non registrato');
    expect(text).toContain('e altri 2');
  });
});
