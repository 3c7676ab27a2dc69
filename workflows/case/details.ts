/** A case in plain words for whoever looks at its workflow: codes and instants, nothing about people. */
import { earliestDeadline, type Deadline } from '../../domain/case/deadlines.ts';
import type { CaseState, CaseStatus } from '../../domain/case/state.ts';

const STATUS: Record<CaseStatus, string> = {
  awaiting_assignment: 'in attesa di assegnazione',
  awaiting_claim: 'in attesa di presa in carico',
  contacting: 'si cerca la famiglia',
  following_up: 'seguito',
  closed: 'chiuso',
};

const KIND: Record<Deadline['kind'], string> = {
  pauseEnd: 'fine della sospensione',
  warning: 'preavviso',
  reminder: 'promemoria della richiamata',
  breach: 'scadenza',
  ladder: 'avviso',
  closing: 'chiusura del servizio',
  waited: 'attesa della famiglia esaurita',
};

/** What happens next by itself, and when. */
export interface NextDeadline {
  readonly at: number | undefined;
  readonly summary: string;
}

export function nextDeadlineOf(state: CaseState): NextDeadline {
  const next = earliestDeadline(state);
  if (next === undefined) return { at: undefined, summary: 'nessuna scadenza' };
  const about = next.clock === null ? '' : ` ${next.clock.clock.name}`;
  return { at: next.at, summary: `${KIND[next.kind]}${about} ${new Date(next.at).toISOString()}` };
}

export function currentDetails(state: CaseState, next: NextDeadline): string {
  const { stage } = state;
  const lines = [
    `Stato: ${STATUS[stage.status]}`,
    `Municipio: ${stage.municipio ?? 'da stabilire'}`,
    `Prossima scadenza: ${next.summary}`,
    `Operatore: ${stage.owner ?? 'nessuno'}`,
    `Revisione: ${state.revision}`,
  ];
  return lines.join('\n\n');
}
