/** Mails as people read them. Of MIME it knows what nodemailer writes for a plain text. */
import type { CaughtMail } from './mail-catcher.ts';

export interface MailText {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Headers and text with their encodings undone. */
export function mailText(raw: string): MailText {
  const split = raw.indexOf('\r\n\r\n');
  const [head, body] = split === -1 ? [raw, ''] : [raw.slice(0, split), raw.slice(split + 4)];
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), decodeWords(line.slice(line.indexOf(':') + 1).trim())]),
  );
  return { headers, text: decodeBody(body, headers['content-transfer-encoding'] ?? '7bit').replaceAll('\r\n', '\n') };
}

/** Newest first. */
export function mailPage(mails: readonly CaughtMail[]): string {
  const items = mails.map(
    ({ at, to, subject, text }) =>
      `<article><h2>${escape(subject)}</h2><p>${escape(to.join(', '))} · ${new Date(at).toISOString()}</p><pre>${escape(text)}</pre></article>`,
  );
  return `<!doctype html><html lang="it"><meta charset="utf-8"><title>Posta</title><style>body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}</style>
<h1>Posta al personale</h1><p>Prova su questa macchina: nulla è uscito. / Nothing left this machine.</p>
${items.length === 0 ? '<p>Ancora niente. / Nothing yet.</p>' : items.join('\n')}</html>`;
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? decodeQuoted(body.replace(/=\r\n/g, '')) : body;
}

function decodeWords(value: string): string {
  return value.replace(/=\?utf-8\?([QB])\?([^?]*)\?=(?:\s+(?==\?))?/gi, (_, kind: string, text: string) =>
    kind.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString('utf8') : decodeQuoted(text.replaceAll('_', ' ')),
  );
}

function decodeQuoted(text: string): string {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
