import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a key service does instead of answering; taken from the front of `faults`, one for each request. */
export type KeyServiceFault = 'throttled' | 'error_500' | 'silence' | 'hang_up' | 'page';

export interface KeyServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface KeyServiceAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A pretend key service on loopback. */
export interface KeyService {
  readonly url: string;
  readonly faults: KeyServiceFault[];
  /** How many requests have come. */
  calls(): number;
  /** Stops listening, answers what has come, and hangs up; `start` listens at the same address again, where it does not already. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** What the service says when it is throttled or fails, in its own form. */
export interface KeyServiceErrors {
  readonly throttled: KeyServiceAnswer;
  readonly error_500: KeyServiceAnswer;
}

/** Serves `answer` on a free loopback port. */
export async function startKeyService(
  answer: (request: KeyServiceRequest) => KeyServiceAnswer,
  errors: KeyServiceErrors,
): Promise<KeyService> {
  const faults: KeyServiceFault[] = [];
  let calls = 0;
  let server: Server | undefined;
  let port = 0;
  const underWay = new Set<Promise<void>>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    calls += 1;
    const body = Buffer.concat(await request.toArray()).toString('utf8');
    const fault = faults.shift();
    if (fault === 'silence') return;
    if (fault === 'hang_up') {
      request.socket.destroy();
      return;
    }
    if (fault === 'page') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>a proxy’s page</html>');
      return;
    }
    const { method = '', url = '', headers } = request;
    const said = fault ? errors[fault] : answer({ method, path: url, headers, body });
    response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers });
    response.end(said.body === null ? '' : JSON.stringify(said.body));
    await once(response, 'close');
  };
  const start = async (): Promise<void> => {
    if (server) return;
    const starting = createServer((request, response) => {
      const handled = handle(request, response).finally(() => underWay.delete(handled));
      underWay.add(handled);
    });
    starting.listen(port, '127.0.0.1');
    await once(starting, 'listening');
    ({ port } = starting.address() as AddressInfo);
    server = starting;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    calls: () => calls,
    start,
    async stop() {
      if (!server) return;
      const stopping = server;
      server = undefined;
      const closed = once(stopping, 'close');
      stopping.close();
      await Promise.race([closed, Promise.allSettled(underWay)]);
      stopping.closeAllConnections();
      await closed;
    },
  };
}
