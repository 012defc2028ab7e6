import { randomUUID } from 'node:crypto';
import { Client, type QueryConfig } from 'pg';
import { newId } from '../../src/domain/ids.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { CellBook, type CellResult, type CellShape, takeTask } from './cell.ts';
import type { FreshName, RecordedPayment, RecordedValue } from './payment-statements.ts';

/**
 * The floor: a process that does nothing but send one payment's recorded statements over bare `pg` connections, each
 * statement a commit of its own, as fast as the answers come.
 */
export interface FloorTask extends CellShape {
  readonly connectionString: string;
  readonly payment: RecordedPayment;
}

type Fresh = Record<FreshName, string>;
type Token = { readonly token: string; readonly card: string };

const copiesMax = 5_000;

async function measure(task: FloorTask): Promise<CellResult> {
  const clients = Array.from(
    { length: task.connections },
    () => new Client({ connectionString: task.connectionString, application_name: 'sallyport floor' }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  const [first] = clients;
  const tokens = first ? await copyTokens(first, task) : [];
  const book = new CellBook(task);
  const over = book.run();
  await Promise.all(clients.map((client) => payRepeatedly(client, task, tokens, book)));
  await over;
  await Promise.all(clients.map((client) => client.end()));
  return book.result();
}

/** Copies the recorded token with its card, number and code, under new ids. */
async function copyTokens(client: Client, { payment, tokens: count }: FloorTask): Promise<Token[]> {
  const { token: model } = payment;
  if (!model) return [];
  const tokens = Array.from({ length: count }, () => ({
    token: newId('CardTokenId', systemRandom),
    card: newId('CardId', systemRandom),
  }));
  const copies: readonly (readonly [table: string, key: string, set: string])[] = [
    ['cards', 'id', `jsonb_build_object('id', fresh.card)`],
    ['vault.pans', 'card_id', `jsonb_build_object('card_id', fresh.card)`],
    ['vault.cvcs', 'card_id', `jsonb_build_object('card_id', fresh.card)`],
    ['card_tokens', 'card_id', `jsonb_build_object('card_id', fresh.card, 'id', fresh.token)`],
  ];
  for (let from = 0; from < count; from += copiesMax) {
    const part = tokens.slice(from, from + copiesMax);
    for (const [table, key, set] of copies) {
      await client.query(
        `insert into ${table} select (jsonb_populate_record(model, ${set})).*
           from ${table} model, unnest($2::text[], $3::text[]) as fresh (token, card) where model.${key} = $1`,
        [model.cardId, part.map(({ token }) => token), part.map(({ card }) => card)],
      );
    }
  }
  return tokens;
}

async function payRepeatedly(
  client: Client,
  task: FloorTask,
  tokens: Token[],
  book: CellBook,
): Promise<void> {
  while (book.open) {
    const token = task.kind === 'token' ? tokens.pop() : { token: '', card: '' };
    if (!token) return book.end();
    const startedAt = performance.now();
    const fresh: Fresh = {
      ...token,
      payment: newId('PaymentId', systemRandom),
      attempt: newId('AttemptId', systemRandom),
      event: newId('EventId', systemRandom),
      uuid: randomUUID(),
    };
    try {
      for (const { name, text, values } of task.payment.statements) {
        const query: QueryConfig = { name, text, values: values.map((value) => valueFor(value, fresh)) };
        const { rows } = await client.query<{ opened?: number; changed?: number }>(query);
        if ((rows[0]?.opened ?? rows[0]?.changed) !== 1) throw new Error(`${name} wrote nothing`);
      }
      book.finished(startedAt);
    } catch (error) {
      book.failed(error instanceof Error ? error.message : String(error));
    }
  }
}

function valueFor(value: RecordedValue, fresh: Fresh): unknown {
  if ('fresh' in value) return fresh[value.fresh];
  return 'bytes' in value ? Buffer.from(value.bytes, 'base64') : value.as;
}

takeTask<FloorTask>(measure);
