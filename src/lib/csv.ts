/** A record of a CSV file, or why it is none; `line` is that of its first character, from 1. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly fault: string };

/** Longest record, in UTF-16 units: what keeps a quote that is never closed from swallowing the file. */
export const csvRecordMax = 65_536;

type Quoted =
  | { readonly kind: 'record'; readonly fields: readonly string[]; readonly next: number }
  | { readonly kind: 'fault'; readonly fault: string; readonly next: number }
  | { readonly kind: 'unfinished' };

/**
 * Reads CSV as it arrives, in memory that does not grow with the file: commas, double quotes, LF or CRLF (RFC 4180).
 * Empty lines are passed over. A faulty record is told as such, and reading goes on with the line after it.
 */
export class CsvReader {
  #rest = '';
  #line = 1;
  /** Within a record that was given up, until its line ends. */
  #skipping = false;

  /** The records that are complete with this piece of the file. */
  read(text: string): CsvRecord[] {
    return this.#take(this.#rest + text, false);
  }

  /** The records left when the file has ended. */
  end(): CsvRecord[] {
    return this.#take(this.#rest, true);
  }

  #take(buffer: string, atEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let from = 0;
    while (from < buffer.length) {
      const lineEnd = buffer.indexOf('\n', from);
      const cut = lineEnd < 0 ? buffer.length : lineEnd;
      if (this.#skipping) {
        this.#skipping = lineEnd < 0;
        from = cut + 1;
        if (lineEnd >= 0) this.#line += 1;
        continue;
      }
      const text = buffer.slice(from, cut);
      if (text.includes('"')) {
        const quoted = readQuoted(buffer, from, cut, atEnd);
        if (quoted.kind === 'unfinished') break;
        records.push(
          quoted.kind === 'record'
            ? { line: this.#line, fields: quoted.fields }
            : { line: this.#line, fault: quoted.fault },
        );
        this.#line += countLines(buffer, from, quoted.next);
        this.#skipping = quoted.kind === 'fault' && quoted.next > buffer.length;
        from = quoted.next;
        continue;
      }
      if (lineEnd < 0 && !atEnd && text.length <= csvRecordMax) break;
      if (text.length > csvRecordMax) {
        records.push({ line: this.#line, fault: `is longer than ${csvRecordMax} characters` });
        this.#skipping = lineEnd < 0;
      } else {
        const record = text.endsWith('\r') ? text.slice(0, -1) : text;
        if (record !== '') records.push({ line: this.#line, fields: record.split(',') });
      }
      if (lineEnd >= 0) this.#line += 1;
      from = cut + 1;
    }
    this.#rest = from < buffer.length ? buffer.slice(from) : '';
    return records;
  }
}

/** Reads one record that has a quote in its first line, which ends at `lineEnd`. */
function readQuoted(buffer: string, from: number, lineEnd: number, atEnd: boolean): Quoted {
  const fields: string[] = [];
  let at = from;
  for (;;) {
    if (buffer[at] !== '"') {
      const [comma, newline] = [indexOrEnd(buffer, ',', at), indexOrEnd(buffer, '\n', at)];
      const end = Math.min(comma, newline);
      if (end === buffer.length && !atEnd) return giveUp(buffer, from, lineEnd);
      fields.push(comma < newline ? buffer.slice(at, end) : buffer.slice(at, end).replace(/\r$/, ''));
      if (comma > newline || end === buffer.length) return { kind: 'record', fields, next: end + 1 };
      at = end + 1;
      continue;
    }
    let value = '';
    let start = at + 1;
    let quote = buffer.indexOf('"', start);
    while (quote >= 0 && buffer[quote + 1] === '"') {
      value += buffer.slice(start, quote + 1);
      start = quote + 2;
      quote = buffer.indexOf('"', start);
    }
    if (quote < 0 && atEnd) return neverClosed(lineEnd);
    // Only what follows a quote tells whether it closes; CRLF takes two more characters.
    if (quote < 0 || (quote + 2 >= buffer.length && !atEnd)) return giveUp(buffer, from, lineEnd);
    fields.push(value + buffer.slice(start, quote));
    at = buffer[quote + 1] === '\r' ? quote + 2 : quote + 1;
    if (at >= buffer.length || buffer[at] === '\n') return { kind: 'record', fields, next: at + 1 };
    if (buffer[quote + 1] !== ',') {
      const fault = 'has text after a closing quote';
      return { kind: 'fault', fault, next: indexOrEnd(buffer, '\n', quote) + 1 };
    }
    at = quote + 2;
  }
}

function giveUp(buffer: string, from: number, lineEnd: number): Quoted {
  return buffer.length - from > csvRecordMax ? neverClosed(lineEnd) : { kind: 'unfinished' };
}

function neverClosed(lineEnd: number): Quoted {
  return { kind: 'fault', fault: 'opens a quote that is not closed', next: lineEnd + 1 };
}

function indexOrEnd(buffer: string, what: string, from: number): number {
  const index = buffer.indexOf(what, from);
  return index < 0 ? buffer.length : index;
}

function countLines(buffer: string, from: number, to: number): number {
  let lines = 0;
  for (let at = buffer.indexOf('\n', from); at >= 0 && at < to; at = buffer.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
