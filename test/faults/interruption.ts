import { Client } from 'pg';
import type { Forwarder } from '../support/forwarder.ts';
import { until } from '../support/until.ts';

/** Which commit of an operation is struck: the attempt's, before the acquirer is called, or the outcome's, after it. */
export type StruckCommit = 'attempt' | 'outcome';
/** Whether the commit had happened when the connection died. */
export type Moment = 'before it' | 'after it, before its acknowledgement';

const gates: Record<StruckCommit, number> = { attempt: 1, outcome: 2 };

/** Strikes a connection of a gateway exactly in one of its commits; speaks to the database past the gateway's address. */
export class Interruption {
  readonly #client: Client;
  readonly #address: Forwarder;
  readonly #target: string;

  private constructor(client: Client, address: Forwarder, target: string) {
    this.#client = client;
    this.#address = address;
    this.#target = target;
  }

  /** Makes triggers at which writes of attempts wait while this one holds the gate. `target` is behind `address`. */
  static async prepare(address: Forwarder, target: string): Promise<Interruption> {
    const client = new Client({ connectionString: target });
    await client.connect();
    await client.query(`
      create function wait_at_gate() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(tg_argv[0]::bigint);
        return new;
      end $$;
      create trigger gate_of_attempts before insert on attempts for each row execute function wait_at_gate(1);
      create trigger gate_of_outcomes before update on attempts for each row
        when (new.state in ('approved', 'declined')) execute function wait_at_gate(2)`);
    return new Interruption(client, address, target);
  }

  /** Runs `ask` and lets the connection die on which its commit runs. */
  async strike<T>(commit: StruckCommit, moment: Moment, ask: () => Promise<T>): Promise<T> {
    const gate = gates[commit];
    await this.#client.query('select pg_advisory_lock($1)', [gate]);
    const asked = ask();
    await until('the commit is under way', async () => (await this.#waiting()).length > 0);
    if (moment === 'before it') {
      for (const pid of await this.#waiting())
        await this.#client.query('select pg_terminate_backend($1)', [pid]);
      await until('its connection is gone', async () => (await this.#waiting()).length === 0);
      await this.#client.query('select pg_advisory_unlock($1)', [gate]);
    } else {
      this.#address.holdAnswers();
      await this.#client.query('select pg_advisory_unlock($1)', [gate]);
      await until('it is committed', async () => !(await this.#isActive()));
      this.#address.pointAt(this.#target);
    }
    return asked;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #waiting(): Promise<number[]> {
    const { rows } = await this.#client.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.map(({ pid }) => pid);
  }

  async #isActive(): Promise<boolean> {
    const { rows } = await this.#client.query(
      `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and state <> 'idle' and query like 'with claim%'`,
    );
    return rows.length > 0;
  }
}
