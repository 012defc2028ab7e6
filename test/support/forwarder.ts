import { once } from 'node:events';
import {
  type AddressInfo,
  connect,
  createServer,
  type NetConnectOpts,
  type Server,
  type Socket,
} from 'node:net';
import { join } from 'node:path';

/** Stands for the address under which a database is reached, whichever server holds it: a virtual IP, a proxy. */
export class Forwarder {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #target: string | null;
  #answersHeld = false;
  #port = 0;

  /** `target` is the connection string of the server to begin with. */
  constructor(target: string | null) {
    this.#target = target;
    this.#server = createServer((incoming) => this.#join(incoming));
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** `connectionString` with our address in place of the server's. */
  through(connectionString: string): string {
    return connectionString.replace(/@[^/]*/, `@127.0.0.1:${this.#port}`);
  }

  /** From now on new connections go there; null hangs up on them. Those that stand are cut. */
  pointAt(target: string | null): void {
    this.#target = target;
    this.#answersHeld = false;
    for (const [incoming, outgoing] of this.#pairs) {
      incoming.destroy();
      outgoing.destroy();
    }
  }

  /** Goes on passing what clients send, and nothing of what the server answers, until the next `pointAt`. */
  holdAnswers(): void {
    this.#answersHeld = true;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.pointAt(null);
    await closed;
  }

  #join(incoming: Socket): void {
    incoming.on('error', () => incoming.destroy());
    if (this.#target === null) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(addressOf(this.#target));
    const pair = [incoming, outgoing] as const;
    this.#pairs.add(pair);
    outgoing.on('error', () => incoming.destroy());
    outgoing.on('close', () => {
      this.#pairs.delete(pair);
      incoming.destroy();
    });
    incoming.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
    outgoing.on('data', (bytes) => {
      if (!this.#answersHeld) incoming.write(bytes);
    });
  }
}

function addressOf(connectionString: string): NetConnectOpts {
  const [, host = '', port = '5432'] = /@([^:/]+)(?::(\d+))?\//.exec(connectionString) ?? [];
  const name = decodeURIComponent(host);
  return name.startsWith('/') ? { path: join(name, `.s.PGSQL.${port}`) } : { host: name, port: Number(port) };
}
