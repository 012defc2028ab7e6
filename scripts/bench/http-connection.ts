import { connect, type Socket } from 'node:net';

/** What the load generator needs of an answer. */
export interface HttpReply {
  readonly status: number;
  readonly body: string;
}

const headEnd = '\r\n\r\n';
const answerMsMax = 20_000;

/**
 * One keep-alive connection that carries one request at a time. It knows only what our own answers are made of, a
 * status line, `Content-Length` and a body, so that generating load costs little of the processors it shares.
 */
export class HttpConnection {
  readonly #host: string;
  readonly #socket: Socket;
  #received = '';
  #waiting: { resolve(reply: HttpReply): void; reject(error: Error): void } | undefined;

  private constructor(host: string, socket: Socket) {
    this.#host = host;
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
    socket.setTimeout(answerMsMax, () => socket.destroy(new Error(`no answer within ${answerMsMax} ms`)));
  }

  static open(url: URL): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpConnection(url.host, socket));
      });
    });
  }

  post(path: string, key: string, body: string): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('the connection is closed'));
        return;
      }
      this.#waiting = { resolve, reject };
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nAuthorization: Bearer ${key}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}${headEnd}${body}`,
      );
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    const bodyAt = this.#received.indexOf(headEnd) + headEnd.length;
    if (bodyAt < headEnd.length) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1];
    if (length === undefined) {
      this.#socket.destroy(new Error('an answer came without Content-Length'));
      return;
    }
    if (this.#received.length < bodyAt + Number(length)) return;
    const reply = { status: Number(this.#received.slice(9, 12)), body: this.#received.slice(bodyAt) };
    this.#received = '';
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(reply);
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}
