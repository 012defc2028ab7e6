import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookFaults } from './webhook-check.ts';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: ReceivedRequest[];
  close(): Promise<void>;
}

/**
 * A merchant's receiver on this machine: a real HTTP server that answers 204 unless `answer` does otherwise. `close`
 * throws when a webhook came that is not as its format publishes.
 */
export async function startReceiver(
  answer: (request: ReceivedRequest, response: ServerResponse, incoming: IncomingMessage) => void = (
    _request,
    response,
  ) => {
    response.writeHead(204).end();
  },
): Promise<Receiver> {
  const received: ReceivedRequest[] = [];
  const faults = new Set<string>();
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const request = { path: incoming.url ?? '', headers: incoming.headers, body };
      received.push(request);
      for (const fault of webhookFaults(request.headers, body)) faults.add(fault);
      answer(request, response, incoming);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    received,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      if (faults.size > 0)
        throw new Error(`webhooks were not as published (openapi/*.json):\n${[...faults].join('\n')}`);
    },
  };
}
