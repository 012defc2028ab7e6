import { CellBook, type CellResult, type CellShape, takeTask } from './cell.ts';
import { HttpConnection } from './http-connection.ts';
import { isCompleted, makeToken, pay } from './merchant-calls.ts';

/** The load generator: a process that pays over HTTP, one request after the other on each connection. */
export interface LoadTask extends CellShape {
  readonly url: string;
  /** The `pmi_…` that payments by saved card name. */
  readonly savedCard: string;
}

const tokenConnections = 16;

async function measure(task: LoadTask): Promise<CellResult> {
  const tokens = task.kind === 'token' ? await makeTokens(task) : [];
  const connections = await openConnections(task, task.connections);
  const book = new CellBook(task);
  const over = book.run();
  await Promise.all(connections.map((connection) => payRepeatedly(connection, task, tokens, book)));
  await over;
  for (const connection of connections) connection.close();
  return book.result();
}

function openConnections({ url }: LoadTask, count: number): Promise<HttpConnection[]> {
  return Promise.all(Array.from({ length: count }, () => HttpConnection.open(new URL(url))));
}

async function makeTokens(task: LoadTask): Promise<string[]> {
  const tokens: string[] = [];
  let started = 0;
  const connections = await openConnections(task, tokenConnections);
  await Promise.all(
    connections.map(async (connection) => {
      while (started < task.tokens) {
        started += 1;
        tokens.push(await makeToken(connection));
      }
      connection.close();
    }),
  );
  return tokens;
}

async function payRepeatedly(
  connection: HttpConnection,
  { kind, savedCard }: LoadTask,
  tokens: string[],
  book: CellBook,
): Promise<void> {
  while (book.open) {
    const card = kind === 'token' ? tokens.pop() : savedCard;
    if (card === undefined) return book.end();
    const startedAt = performance.now();
    try {
      const reply = await pay(connection, kind, card);
      if (isCompleted(reply)) book.finished(startedAt);
      else book.failed(`${reply.status} ${reply.body}`);
    } catch (error) {
      book.failed(error instanceof Error ? error.message : String(error));
      return;
    }
  }
}

takeTask<LoadTask>(measure);
