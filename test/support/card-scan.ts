import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Client } from 'pg';

/** A card number or code found where none may be. */
export interface Finding {
  readonly where: string;
  readonly what: string;
  readonly form: string;
}

interface Needle {
  readonly form: string;
  readonly bytes: Buffer;
}

const codeName = '(?:cv[cv2]2?|csc|security.?code|card.?code)';

/** Looks for card numbers and codes in every form that a careless program would leave them in. */
export class CardScan {
  readonly #pans: readonly string[];
  readonly #codes: readonly string[];
  /** What each encoded number is; all of them are looked for in one pass. */
  readonly #needles: ReadonlyMap<string, { readonly pan: string; readonly form: string }>;
  readonly #anyNeedle: RegExp;

  constructor(pans: Iterable<string>, codes: Iterable<string>) {
    this.#pans = [...new Set(pans)];
    this.#codes = [...new Set(codes)];
    this.#needles = new Map(
      this.#pans.flatMap((pan) =>
        encodings(pan).map(({ form, bytes }) => [bytes.toString('latin1'), { pan, form }] as const),
      ),
    );
    this.#anyNeedle = new RegExp([...this.#needles.keys()].map(asPattern).join('|'), 'g');
  }

  /** What is found in some bytes: a file, a dumped row, a log line, a webhook. */
  look(where: string, content: Buffer | string): Finding[] {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const text = bytes.toString('latin1');
    const found = [...this.#inClear(text), ...this.#encoded(text), ...this.#codesIn(text)];
    return found.map((finding) => ({ where, ...finding }));
  }

  /** Every run of digits, whatever stands between its groups. */
  *#inClear(text: string): Iterable<Omit<Finding, 'where'>> {
    for (const [run] of text.matchAll(/\d(?:[ .\-_/+]{0,2}\d|%20\d){11,}/g)) {
      const digits = run.replaceAll('%20', '').replaceAll(/\D/g, '');
      for (const pan of this.#pans) if (digits.includes(pan)) yield { what: pan, form: 'digits' };
    }
  }

  *#encoded(text: string): Iterable<Omit<Finding, 'where'>> {
    for (const [match] of text.matchAll(this.#anyNeedle)) {
      const needle = this.#needles.get(match);
      if (needle) yield { what: needle.pan, form: needle.form };
    }
  }

  /** Three digits alone are everywhere: a code is what stands behind its name, or alone as a text of the database. */
  *#codesIn(text: string): Iterable<Omit<Finding, 'where'>> {
    for (const code of this.#codes) {
      const named = new RegExp(`${codeName}[^0-9a-z]{0,12}${code}(?!\\d)`, 'i');
      if (named.test(text)) yield { what: code, form: 'named code' };
      // How PostgreSQL stores a short text: one byte of length, then the characters.
      const stored = `${String.fromCharCode((code.length + 1) * 2 + 1)}${code}`;
      if (new RegExp(`${stored}(?![0-9A-Za-z./:+-])`).test(text)) yield { what: code, form: 'stored text' };
    }
  }
}

/** Each character by its number, so that none of them means anything to the pattern. */
function asPattern(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex').replaceAll(/../g, '\\x$&');
}

function encodings(pan: string): Needle[] {
  const hex = Buffer.from(pan).toString('hex');
  const groups =
    pan.length === 15 ? [pan.slice(0, 4), pan.slice(4, 10), pan.slice(10)] : (pan.match(/.{1,4}/g) ?? []);
  return [
    { form: 'hex', bytes: Buffer.from(hex) },
    { form: 'upper-case hex', bytes: Buffer.from(hex.toUpperCase()) },
    { form: 'utf-16', bytes: Buffer.from(pan, 'utf16le') },
    ...packedDecimal(pan),
    ...base64Forms('base64', pan),
    ...base64Forms('base64 of groups', groups.join(' ')),
    ...base64Forms('base64 of hyphenated groups', groups.join('-')),
  ];
}

/** Two digits a byte; a number that is mostly zeros looks like any other binary, so it is not looked for. */
function packedDecimal(pan: string): Needle[] {
  const bytes = Buffer.from(pan.length % 2 === 0 ? pan : `${pan}f`, 'hex');
  return new Set(bytes).size < 5 ? [] : [{ form: 'packed decimal', bytes }];
}

/** Base64 depends on how many bytes stand before: three forms, without the characters that neighbours share. */
function base64Forms(form: string, text: string): Needle[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64');
    const whole = encoded.replace(/=+$/, '');
    return { form, bytes: Buffer.from(whole.slice(before === 0 ? 0 : before + 1, whole.length - 2)) };
  });
}

/** Every row of every table, as text and as JSON, under its table's name. */
export async function* dumpRows(client: Client): AsyncIterable<[table: string, row: string]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      `select t::text || E'\\n' || to_json(t)::text as row from ${name} t`,
    );
    for (const { row } of rows) yield [name, row];
  }
}

/** Every file under a folder that can be read, with its path from there. */
export function* filesUnder(folder: string): Iterable<[path: string, content: Buffer]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield [relative(folder, path), readFileSync(path)];
  }
}
