import type { Pool, PoolClient } from 'pg';

/** One SQL statement; PostgreSQL prepares it once per connection under its name, so a name means one text only. */
export type Statement = {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
};

export type StatementResult<Row> = {
  readonly rows: Row[];
  /** Rows returned or changed. */
  readonly rowCount: number;
};

/** Where statements run: the pool itself, or one transaction. */
export interface Database {
  query<Row>(statement: Statement): Promise<StatementResult<Row>>;
  /**
   * Runs `work` in one transaction and commits when it resolves; whatever it throws rolls everything back and is thrown on.
   * Inside a transaction it opens a savepoint, so the inner work alone is undone when it throws.
   * Queries of one transaction are to be awaited one after the other.
   */
  transaction<T>(work: (database: Database) => Promise<T>): Promise<T>;
}

/** The server ended a transaction by rolling it back although nothing threw: a failed statement's error was swallowed. */
export class TransactionRolledBack extends Error {
  readonly code = 'transaction_rolled_back';
  constructor() {
    super(
      'the transaction was rolled back at commit: a statement in it had failed and its error was not thrown on',
    );
    this.name = 'TransactionRolledBack';
  }
}

/** Makes the {@link Database} that runs each statement on a connection of `pool`. */
export function createDatabase(pool: Pool): Database {
  return {
    query: (statement) => runStatement(pool, statement),
    transaction: (work) => runTransaction(pool, work),
  };
}

async function runStatement<Row>(on: Pool | PoolClient, statement: Statement): Promise<StatementResult<Row>> {
  const { name, text, values } = statement;
  const result = await on.query({ name, text, values: values as unknown[] });
  return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
}

async function runTransaction<T>(pool: Pool, work: (database: Database) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(transactionDatabase(client, 1));
    const end = await client.query('commit');
    if (end.command === 'ROLLBACK') throw new TransactionRolledBack();
    return result;
  } catch (error) {
    if (error instanceof TransactionRolledBack) throw error;
    // A connection that cannot even roll back is thrown away, and PostgreSQL rolls back when it closes.
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function transactionDatabase(client: PoolClient, depth: number): Database {
  return {
    query: (statement) => runStatement(client, statement),
    async transaction(work) {
      const savepoint = `nested_${depth}`;
      await client.query(`savepoint ${savepoint}`);
      try {
        const result = await work(transactionDatabase(client, depth + 1));
        await client.query(`release savepoint ${savepoint}`);
        return result;
      } catch (error) {
        // When this fails too the connection is gone, and the outer transaction with it: the first error tells more.
        await client.query(`rollback to savepoint ${savepoint}`).catch(() => undefined);
        throw error;
      }
    },
  };
}
