import { assert } from '../lib/assert.ts';

/**
 * Collects the values of one statement and hands out their placeholders with a type: in `insert … select $1`
 * PostgreSQL would otherwise take every parameter for text.
 */
export class Parameters {
  readonly values: unknown[] = [];

  text(value: string | null): string {
    return this.#place(value, 'text');
  }

  textArray(value: readonly string[] | null): string {
    return this.#place(value, 'text[]');
  }

  integer(value: number | null): string {
    return this.#place(value, 'integer');
  }

  integerArray(value: readonly number[]): string {
    return this.#place(value, 'integer[]');
  }

  bigint(value: bigint | null): string {
    return this.#place(value === null ? null : value.toString(), 'bigint');
  }

  boolean(value: boolean): string {
    return this.#place(value, 'boolean');
  }

  bytes(value: Buffer | null): string {
    return this.#place(value, 'bytea');
  }

  bytesArray(value: readonly Buffer[]): string {
    return this.#place(value, 'bytea[]');
  }

  uuid(value: string): string {
    return this.#place(value, 'uuid');
  }

  date(value: string | null): string {
    return this.#place(value, 'date');
  }

  /** `value` is JSON text already. */
  json(value: string): string {
    return this.#place(value, 'jsonb');
  }

  time(value: Date | null): string {
    return this.#place(value === null ? null : value.toISOString(), 'timestamptz');
  }

  #place(value: unknown, type: string): string {
    this.values.push(value);
    assert(this.values.length <= 500, 'a statement has more than 500 parameters');
    return `$${this.values.length}::${type}`;
  }
}
