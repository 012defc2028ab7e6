import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A merchant's server that is down whenever the storm says so. */
export class Receiver {
  readonly bodies: string[] = [];
  /** Deliveries accepted, by path and webhook id. */
  readonly accepted = new Map<string, number>();
  down = false;
  refusals = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        if (this.bodies.length < 20_000) this.bodies.push(body);
        if (this.down) {
          this.refusals++;
          response.writeHead(503).end();
          return;
        }
        const key = `${request.url} ${idOf(request.headers, body)}`;
        this.accepted.set(key, (this.accepted.get(key) ?? 0) + 1);
        response.writeHead(200).end('ok');
      });
      request.on('error', () => response.destroy());
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function idOf(headers: Record<string, string | string[] | undefined>, body: string): string {
  const id = headers['webhook-id'] ?? headers['x-zafapay-delivery'];
  if (typeof id === 'string') return id;
  return /"sequence_number":"([^"]+)"/.exec(body)?.[1] ?? body;
}
