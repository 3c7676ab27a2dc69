/** The key under which an alert reaches people: the same whoever announces it, so that nobody is told twice. */
export function alertKey(caseId: string, episode: number, alert: number): string {
  return `${caseId}:${episode}:alert-${alert}`;
}
