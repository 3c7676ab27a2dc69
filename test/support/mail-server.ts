/** A real mail server for tests: keeps what it took, and refuses what it is told to. */
import { SMTPServer } from 'smtp-server';
import { mailText, type MailText } from '../../cli/start/mail-page.ts';

export interface TakenMail {
  readonly to: readonly string[];
  readonly raw: string;
}

export interface MailServer {
  readonly url: string;
  readonly port: number;
  readonly taken: TakenMail[];
  /** What a recipient is refused with; looked at for each message. */
  refuse: (to: string) => { readonly code: number; readonly text: string } | null;
  /** The connection dies after the message was taken, before the answer. */
  dieAfterTaking: boolean;
  /** It lets clients connect and says nothing. */
  hangs: boolean;
  close(): Promise<void>;
}

/** On `port`, or any free one. */
export async function startMailServer(port = 0): Promise<MailServer> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onConnect(_session, done) {
      if (!mailServer.hangs) done();
    },
    onRcptTo({ address }, _session, done) {
      const refusal = mailServer.refuse(address);
      done(refusal === null ? null : Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData(stream, { envelope }, done) {
      let raw = '';
      stream.on('data', (part: Buffer) => (raw += part.toString('utf8')));
      stream.on('end', () => {
        mailServer.taken.push({ to: envelope.rcptTo.map(({ address }) => address), raw });
        if (!mailServer.dieAfterTaking) return done();
        mailServer.dieAfterTaking = false;
        for (const connection of server.connections) connection.close();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const address = server.server.address();
  const own = typeof address === 'object' && address !== null ? address.port : port;
  const mailServer: MailServer = {
    url: `smtp://127.0.0.1:${own}`,
    port: own,
    taken: [],
    refuse: () => null,
    dieAfterTaking: false,
    hangs: false,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mailServer;
}

/** Headers by lower-case name, and the text with its encoding undone. */
export function readMail({ raw }: TakenMail): MailText {
  return mailText(raw);
}
