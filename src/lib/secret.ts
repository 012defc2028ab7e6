import { inspect } from 'node:util';

/**
 * A value that prints as `[secret]` wherever it is printed: JSON, template, console, error.
 * `reveal()` is the one way to it; calls of it belong to `vault/`, an adapter's request and a signature.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
