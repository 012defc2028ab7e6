import { parseArgs } from 'node:util';
import type { Config } from '../../src/config/config.ts';
import type { OperatorDesk } from '../../src/usecases/manage-merchants.ts';
import type { CommandHouse } from '../../src/wiring/open-command.ts';

/** Where a command works: the open house, and who is at it. */
export interface CommandGround {
  readonly house: CommandHouse;
  readonly config: Config;
  readonly desk: OperatorDesk;
}

/** A command of `npm run sallyport`. `run` answers the exit code. */
export interface Command {
  /** Its two words. */
  readonly name: string;
  /** Its arguments as the usage shows them. */
  readonly usage: string;
  readonly says: string;
  readonly options: Readonly<Record<string, { readonly type: 'string'; readonly multiple?: boolean }>>;
  /** Names of what must stand behind the two words. */
  readonly positionals: readonly string[];
  run(ground: CommandGround, given: Given): Promise<number>;
}

/** The arguments of one call. */
export class Given {
  readonly #values: Readonly<Record<string, string | string[] | undefined>>;
  readonly positionals: readonly string[];

  constructor(
    values: Readonly<Record<string, string | string[] | undefined>>,
    positionals: readonly string[],
  ) {
    this.#values = values;
    this.positionals = positionals;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws {WrongArguments} when the option is missing. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value.trim() === '') throw new WrongArguments(`--${name} is missing`);
    return value;
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value : value === undefined ? [] : [value];
  }

  /** @throws {WrongArguments} when the option is none of the choices. */
  choice<Choice extends string>(name: string, choices: readonly Choice[], otherwise?: Choice): Choice {
    const value = this.text(name) ?? otherwise;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new WrongArguments(`--${name} must be one of ${choices.join(', ')}`);
    return choice;
  }

  /** @throws {WrongArguments} when the option is no number in the range. */
  number(name: string, range: { min: number; max: number; otherwise: number }): number {
    const value = this.text(name);
    if (value === undefined) return range.otherwise;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    throw new WrongArguments(`--${name} must be a whole number from ${range.min} to ${range.max}`);
  }
}

/** The command line cannot be understood; the message says what is wrong with it. */
export class WrongArguments extends Error {}

/** @throws {WrongArguments} */
export function readArguments(command: Command, args: readonly string[]): Given {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...command.options, as: { type: 'string' } },
      allowPositionals: true,
    });
    if (positionals.length !== command.positionals.length) {
      const expected = command.positionals.join(' ') || 'nothing';
      throw new WrongArguments(
        `expected ${expected}, found ${positionals.length} words behind "${command.name}"`,
      );
    }
    return new Given(values, positionals);
  } catch (error) {
    throw error instanceof WrongArguments ? error : new WrongArguments((error as Error).message);
  }
}

/** Prints rows in columns, each as wide as its widest cell. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
