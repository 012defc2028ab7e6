/** Longer texts are cut: a table is for finding the row. */
const cellMax = 240;

/**
 * `text` in one line, without characters that a terminal obeys or that turn its direction: merchants and receivers of
 * webhooks choose some of what operators read.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Prints rows in columns, each as wide as its widest cell. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows.map((row) => row.map(asCell))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

function asCell(text: string): string {
  const line = printable(text);
  return line.length > cellMax ? `${line.slice(0, cellMax - 1)}…` : line;
}

/** A time as lists show it, `-` for none. */
export function timeText(time: Date | null): string {
  return time?.toISOString() ?? '-';
}
