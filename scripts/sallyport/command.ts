import { parseArgs } from 'node:util';
import type { Config } from '../../src/config/config.ts';
import { containsPan } from '../../src/domain/card.ts';
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
  readonly options: Readonly<
    Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>
  >;
  /** Names of what must stand behind the two words. */
  readonly positionals: readonly string[];
  run(ground: CommandGround, given: Given): Promise<number>;
}

/** A command as the list of all shows it. */
export function usageOf({ name, usage, says }: Command): string {
  return `  ${`${name} ${usage}`.trim()}\n      ${says}`;
}

/** What is wrong with two words that are no command: the commands that share the first, or else all first words. */
export function explainUnknown(commands: readonly Command[], group: string, verb: string): string {
  const wrong = `There is no command ${JSON.stringify(`${group} ${verb}`.trim())}.`;
  const near = commands.filter(({ name }) => name.startsWith(`${group} `));
  if (near.length > 0) return `${wrong} Those of "${group}":\n\n${near.map(usageOf).join('\n')}`;
  const groups = new Set(commands.map(({ name }) => name.split(' ')[0]));
  return `${wrong} Commands begin with ${[...groups].join(', ')}; "npm run sallyport" lists them.`;
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** The arguments of one call. */
export class Given {
  readonly #values: Values;
  readonly positionals: readonly string[];

  constructor(values: Values, positionals: readonly string[]) {
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

  /** Whether the option was given. */
  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    const all = Array.isArray(value) ? value : [value];
    return all.filter((item) => typeof item === 'string');
  }

  /**
   * A text for the record, in a person's words.
   *
   * @throws {WrongArguments} when it is missing, too long, or holds a card number: what is on record stays there.
   */
  words(name: string, lengthMax: number): string {
    const words = this.required(name).trim();
    if (words.length > lengthMax)
      throw new WrongArguments(`--${name} is longer than ${lengthMax} characters`);
    if (containsPan(words))
      throw new WrongArguments(`--${name} holds a card number, which is not to be kept`);
    return words;
  }

  /** @throws {WrongArguments} when the first word behind the command is no number of a row. */
  rowNumber(): bigint {
    return readRowNumber(this.positionals[0] ?? '');
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

/** @throws {WrongArguments} when the text is no number of a row. */
export function readRowNumber(text: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(text))
    throw new WrongArguments(`${JSON.stringify(text)} is not a number of the list`);
  return BigInt(text);
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
    if (error instanceof WrongArguments) throw error;
    // Of Node's message, its first sentence: the second advises what no command here takes.
    const [message = ''] = (error as Error).message.split('. ');
    throw new WrongArguments(message);
  }
}
