/** Mail to staff over SMTP. */
import { createTransport } from 'nodemailer';
import { Undelivered, type Send } from './channel.ts';

export interface MailOptions {
  /** `smtp://` or `smtps://`, with user and password where needed; `?requireTLS=true` refuses a server without encryption. */
  readonly url: string;
  /** Address messages come from. */
  readonly from: string;
}

export interface MailSender {
  readonly send: Send;
  readonly close: () => void;
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 20_000;

/**
 * A server that took a message and an answer that was lost look like a failure: the next attempt bears the same Message-ID, by which receivers know it. More
 * SMTP does not give.
 */
export function createMailSender({ url, from }: MailOptions): MailSender {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.replace(/>?$/, '').split('@').at(-1) ?? 'localhost';
  return {
    async send({ id, mail, notice }) {
      if (mail === null) throw new Undelivered('no_address', { final: true });
      try {
        await transport.sendMail({
          ...{ from, to: mail, subject: notice.subject, text: notice.text, messageId: `<${id}@${domain}>` },
          headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': notice.language },
        });
      } catch (error) {
        throw undelivered(error);
      }
    },
    close: () => transport.close(),
  };
}

/** The server refused this message for good, or could not be asked. Who is not let in may be tomorrow, with the right password. */
function undelivered(error: unknown): Undelivered {
  const { responseCode, code } = error as { readonly responseCode?: number; readonly code?: string };
  if (responseCode === undefined) return new Undelivered(`smtp_${code ?? 'unknown'}`);
  const isAnswerToMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  return new Undelivered(`smtp_${responseCode}`, { final: responseCode >= 500 && isAnswerToMessage });
}
