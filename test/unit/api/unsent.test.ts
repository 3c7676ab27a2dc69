import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createServer as createHttp2Server, constants, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createCaseEngine, type CommandOutcome } from '../../../api/temporal.ts';
import { surelyUnsent } from '../../../api/unsent.ts';

jest.setTimeout(20_000);

describe('what a failed call says of itself', () => {
  test.each([
    [14, 'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:7233. Resolution note: '],
    [14, 'No connection established. Last error: null. Resolution note: '],
    [14, 'Name resolution failed for target dns:temporal.invalid:7233'],
    [14, 'Channel closed before call started'],
    [13, 'Failed to start HTTP/2 stream with error The session has been destroyed'],
    [4, 'Deadline exceeded after 0.500s,waiting for name resolution'],
    [4, 'Deadline exceeded after 0.500s,name resolution: 0.003s,metadata filters: 0.001s,Waiting for LB pick'],
    [14, 'Stream refused by server'],
    [14, 'Not enough hosts to serve the request'],
    [9, 'Unable to perform workflow execution update due to Workflow Task in failed state.'],
    [8, 'namespace rate limit exceeded'],
    [8, 'limit on number of concurrent in-flight updates has been reached'],
    [16, 'Request unauthorized.'],
    [7, 'Received HTTP status code 403'],
    [12, 'Received HTTP status code 404'],
    [3, 'UpdateWorkflowExecution: BadRequest'],
  ])('%i %s: nothing was taken up', (code, details) => {
    expect(surelyUnsent({ code, details })).toBe(true);
  });

  test.each([
    [14, 'Connection dropped'],
    [14, 'read ECONNRESET'],
    [14, 'Write error: write EPIPE'],
    [14, 'Received HTTP status code 503'],
    [14, 'shard status unknown'],
    [14, 'error reading from server: connection error: No connection established'],
    [14, ''],
    [13, 'Received RST_STREAM with code 2 (Internal server error)'],
    [13, 'Received RST_STREAM with code 0 (Call ended without gRPC status)'],
    [4, 'Deadline exceeded'],
    [4, 'context deadline exceeded'],
    [4, 'Deadline exceeded after 0.500s,LB pick: 0.002s,remote_addr=127.0.0.1:7233'],
    [4, 'Deadline exceeded after 0.500s,previous attempts: 1,time to current attempt start: 0.100s,Waiting for LB pick'],
    [1, 'Call cancelled'],
    [8, 'Bandwidth exhausted or memory limit exceeded'],
    [2, 'No status information received'],
    [14, 'a text of some later version'],
    [99, ''],
  ])('%i %s: it may have been', (code, details) => {
    expect(surelyUnsent({ code, details })).toBe(false);
  });
});

describe('the library itself', () => {
  const open: (() => void)[] = [];
  afterEach(() => {
    for (const close of open.splice(0)) close();
  });

  async function outcomeAt(address: string, deadlineMs = 400): Promise<CommandOutcome['kind']> {
    const engine = createCaseEngine({
      connect: { connectionOptions: { address } },
      taskQueue: 'x',
      commandDeadlineMs: deadlineMs,
      startDeadlineMs: deadlineMs,
    });
    const actor = { kind: 'person', id: 'x', roles: [], municipi: [] } as const;
    const envelope = { commandId: 'x', actor, ifMatch: null, fingerprint: null, requestId: 'x', command: { type: 'claim' } } as const;
    try {
      return (await engine.execute('019ab000-0000-7000-8000-000000000001', 1, envelope)).kind;
    } finally {
      await engine.close();
    }
  }

  async function listening(server: Server | Http2Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A server of bytes: what it does with a connection. */
  function speaking(serve: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      serve(socket);
    });
    open.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return listening(server);
  }

  /** A server of HTTP/2: what it does with the n-th request, once all of it is there. */
  function answering(serve: (stream: ServerHttp2Stream, request: number) => void): Promise<string> {
    const server = createHttp2Server();
    let requests = 0;
    server.on('session', (session) => open.push(() => session.destroy()));
    server.on('stream', (stream) => {
      const request = ++requests;
      stream
        .on('error', () => undefined)
        .on('end', () => serve(stream, request))
        .resume();
    });
    open.push(() => server.close());
    return listening(server);
  }

  const failing = (stream: ServerHttp2Stream, status: number, message: string) =>
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status), 'grpc-message': message }, { endStream: true });

  test('nobody listens: unavailable', async () => {
    const address = await speaking(() => undefined);
    open.splice(0).forEach((close) => close());
    expect(await outcomeAt(address)).toBe('unavailable');
  });

  test('a name nobody has: unavailable', async () => {
    expect(await outcomeAt('temporal.invalid:7233', 3_000)).toBe('unavailable');
  });

  test('a listener that never says a word: unavailable, the connection was not made', async () => {
    expect(await outcomeAt(await speaking(() => undefined))).toBe('unavailable');
  });

  test('a listener that hangs up at once: unavailable', async () => {
    expect(await outcomeAt(await speaking((socket) => socket.destroy()))).toBe('unavailable');
  });

  test('a server that takes the request and says nothing: pending', async () => {
    expect(await outcomeAt(await answering(() => undefined))).toBe('pending');
  });

  test('a server that takes the request and drops the connection: pending', async () => {
    expect(await outcomeAt(await answering((stream) => stream.session?.destroy()))).toBe('pending');
  });

  test('a server that takes the request and resets it: pending', async () => {
    expect(await outcomeAt(await answering((stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)))).toBe('pending');
  });

  test('a stream refused before it is looked at: unavailable', async () => {
    const server = createHttp2Server();
    server.on('session', (session) => open.push(() => session.destroy()));
    server.on('stream', (stream) => stream.on('error', () => undefined).close(constants.NGHTTP2_REFUSED_STREAM));
    open.push(() => server.close());
    expect(await outcomeAt(await listening(server))).toBe('unavailable');
  });

  test('a proxy that answers for a server it cannot reach, or reached too late: pending', async () => {
    expect(await outcomeAt(await answering((stream) => stream.respond({ ':status': 503 }, { endStream: true })))).toBe('pending');
  });

  test('a server unavailable for reasons of its own: pending; one that has no worker to ask: unavailable', async () => {
    expect(await outcomeAt(await answering((stream) => failing(stream, 14, 'shard status unknown')))).toBe('pending');
    const noWorker = 'Unable to perform workflow execution update due to Workflow Task in failed state.';
    expect(await outcomeAt(await answering((stream) => failing(stream, 9, noWorker)))).toBe('unavailable');
  });

  test('a server that knows the command and is gone when it is asked for the answer: pending, whatever the second request meets', async () => {
    const address = await answering((stream, request) => {
      if (request > 1) return failing(stream, 14, 'Not enough hosts to serve the request');
      // An empty message: the update is there, its answer is not.
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      return stream.end(Buffer.from([0, 0, 0, 0, 0]));
    });
    expect(await outcomeAt(address)).toBe('pending');
  });
});
