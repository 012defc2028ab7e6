import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands for the address under which a database is reached, whichever server holds it: a virtual IP, a proxy. */
export class Forwarder {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #socketPath: string | null;
  #port = 0;

  constructor(socketPath: string | null) {
    this.#socketPath = socketPath;
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

  /** From now on new connections go there; null hangs up on them. Those that stand are cut. */
  pointAt(socketPath: string | null): void {
    this.#socketPath = socketPath;
    for (const [incoming, outgoing] of this.#pairs) {
      incoming.destroy();
      outgoing.destroy();
    }
  }

  /** Holds back every byte on the connections that stand, as a host does that has lost its power: no answer, no end. */
  freeze(): void {
    for (const [incoming, outgoing] of this.#pairs) {
      incoming.pause();
      outgoing.pause();
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.pointAt(null);
    await closed;
  }

  #join(incoming: Socket): void {
    incoming.on('error', () => incoming.destroy());
    if (this.#socketPath === null) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(this.#socketPath);
    const pair = [incoming, outgoing] as const;
    this.#pairs.add(pair);
    outgoing.on('error', () => incoming.destroy());
    outgoing.on('close', () => {
      this.#pairs.delete(pair);
      incoming.destroy();
    });
    incoming.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
  }
}
