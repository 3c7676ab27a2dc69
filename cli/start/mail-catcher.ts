/**
 * A mail server nothing leaves: what the product sends to the invented staff of a machine of one's own is kept for a while and shown on a page. Loopback only.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as Listener } from 'node:net';
import type { SMTPServer } from 'smtp-server';
import { mailPage, mailText } from './mail-page.ts';

export interface CaughtMail {
  readonly at: number;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export interface MailCatcher {
  readonly smtpUrl: string;
  /** The page; `/mails.json` below it is the same for software. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

const HOST = '127.0.0.1';
const KEPT = 200;
const LARGEST = 256 * 1024;

/** On free ports. Null where the mail server is not installed (`npm ci --omit=dev`). */
export async function startMailCatcher(): Promise<MailCatcher | null> {
  const library = await import('smtp-server').catch(() => null);
  if (library === null) return null;
  const mails: CaughtMail[] = [];
  const smtp = createSmtp(library.SMTPServer, (mail) => {
    mails.unshift(mail);
    mails.length = Math.min(mails.length, KEPT);
  });
  const web = createWeb(mails);
  const [smtpPort, webPort] = [await listen(smtp.server), await listen(web)];
  return {
    smtpUrl: `smtp://${HOST}:${smtpPort}`,
    url: `http://${HOST}:${webPort}`,
    async close() {
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      web.closeAllConnections();
      await new Promise<void>((resolve) => web.close(() => resolve()));
    },
  };
}

function createSmtp(Smtp: typeof SMTPServer, onMail: (mail: CaughtMail) => void): SMTPServer {
  const smtp = new Smtp({
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: LARGEST,
    logger: false,
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { headers, text } = mailText(Buffer.concat(parts).toString('utf8'));
        onMail({ at: Date.now(), to: envelope.rcptTo.map(({ address }) => address), subject: headers['subject'] ?? '', text });
        done();
      });
    },
  });
  // A client that goes away is no fault of a server that only listens to this machine.
  smtp.on('error', () => undefined);
  return smtp;
}

function createWeb(mails: readonly CaughtMail[]): Server {
  return createServer((request, reply) => {
    const headers = {
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    };
    if (request.url === '/mails.json') reply.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(mails));
    else if (request.url === '/') reply.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(mailPage(mails));
    else reply.writeHead(404, headers).end();
  });
}

function listen(server: Listener): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}
