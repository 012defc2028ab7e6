import { cpus, release } from 'node:os';
import { type MeasuredCell, perSecond } from './measure-cell.ts';

/** The floor and the gateway at the same work. */
export interface MeasuredPair {
  readonly floor: MeasuredCell;
  readonly gateway: MeasuredCell;
}

type Column = readonly [title: string, cell: (pair: MeasuredPair) => string];

const kindNames = { token: 'card token', saved: 'saved card' } as const;

const ms = (value: number): string => value.toFixed(2);

function perPayment(cell: MeasuredCell, seconds: number | undefined): string {
  return seconds === undefined ? 'n/a' : ((seconds / cell.result.payments) * 1000).toFixed(2);
}

const rates: readonly Column[] = [
  ['payment', ({ gateway }) => kindNames[gateway.shape.kind]],
  ['connections', ({ gateway }) => String(gateway.shape.connections)],
  ['floor /s', ({ floor }) => perSecond(floor).toFixed(0)],
  ['gateway /s', ({ gateway }) => perSecond(gateway).toFixed(0)],
  ['ratio', ({ floor, gateway }) => (perSecond(gateway) / perSecond(floor)).toFixed(2)],
  ['floor p50 ms', ({ floor }) => ms(floor.result.p50)],
  ['floor p99 ms', ({ floor }) => ms(floor.result.p99)],
  ['gateway p50 ms', ({ gateway }) => ms(gateway.result.p50)],
  ['gateway p99 ms', ({ gateway }) => ms(gateway.result.p99)],
  ['errors', ({ floor, gateway }) => String(floor.result.errors + gateway.result.errors)],
];

const processors: readonly Column[] = [
  ['payment', ({ gateway }) => kindNames[gateway.shape.kind]],
  ['connections', ({ gateway }) => String(gateway.shape.connections)],
  ['gateway', ({ gateway }) => perPayment(gateway, gateway.used?.gateway)],
  ['database', ({ gateway }) => perPayment(gateway, gateway.used?.database)],
  ['acquirer', ({ gateway }) => perPayment(gateway, gateway.used?.acquirer)],
  ['load generator', ({ gateway }) => perPayment(gateway, gateway.result.processorSeconds)],
  ['floor: database', ({ floor }) => perPayment(floor, floor.used?.database)],
  ['floor: pg loop', ({ floor }) => perPayment(floor, floor.result.processorSeconds)],
  ['machine busy', ({ gateway }) => busy(gateway, (used) => used.machine)],
  ['by strangers', ({ gateway }) => busy(gateway, (used) => used.others)],
  ['floor: by strangers', ({ floor }) => busy(floor, (used) => used.others)],
];

function busy(cell: MeasuredCell, seconds: (used: NonNullable<MeasuredCell['used']>) => number): string {
  if (!cell.used) return 'n/a';
  return `${((100 * seconds(cell.used)) / (cell.result.seconds * cpus().length)).toFixed(0)} %`;
}

function table(columns: readonly Column[], pairs: readonly MeasuredPair[]): string {
  const rows = [
    columns.map(([title]) => title),
    ...pairs.map((pair) => columns.map(([, cell]) => cell(pair))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, index) => (index === 0 ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0))).join(' | ')} |`;
  const [head = [], ...body] = rows.map(line);
  const rule = `|${widths.map((width, index) => (index === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [head, rule, ...body].join('\n');
}

/** Payments per second and their durations, floor and gateway side by side; a Markdown table. */
export function ratesTable(pairs: readonly MeasuredPair[]): string {
  return table(rates, pairs);
}

/** Processor milliseconds per payment by process, and how busy the machine was; a Markdown table. */
export function processorsTable(pairs: readonly MeasuredPair[]): string {
  return table(processors, pairs);
}

/** What was measured on. */
export function machineFacts(postgresVersion: string): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpus().length} × ${model}, ${process.platform} ${release()}, Node ${process.version}, PostgreSQL ${postgresVersion}`;
}

/** For each kind measured at one connection, what the gateway adds to the floor's two statements: median milliseconds. */
export function addedLatency(pairs: readonly MeasuredPair[]): string[] {
  return pairs
    .filter(({ gateway }) => gateway.shape.connections === 1)
    .map(({ floor, gateway }) => {
      const added = gateway.result.p50 - floor.result.p50;
      return `Added latency at one connection, ${kindNames[gateway.shape.kind]}: ${ms(added)} ms (p50; HTTP, reads, sealing and the bank's answer included)`;
    });
}

const disturbingShare = 0.1;

/** A warning when programs that are not part of the run used much of the processors; undefined when they did not. */
export function disturbance(pairs: readonly MeasuredPair[]): string | undefined {
  const cells = pairs.flatMap(({ floor, gateway }) => [floor, gateway]);
  const worst = Math.max(
    ...cells.map(({ used, result }) => (used ? used.others / (result.seconds * cpus().length) : 0)),
  );
  if (worst < disturbingShare) return undefined;
  return `Other programs used up to ${(worst * 100).toFixed(0)} % of the processors meanwhile: a quiet machine gives other figures`;
}

/** Everything that went wrong; empty when nothing did. */
export function troubles(pairs: readonly MeasuredPair[]): string[] {
  return pairs.flatMap((pair) =>
    (['floor', 'gateway'] as const).flatMap((who) => {
      const { shape, result } = pair[who];
      if (result.errors === 0) return [];
      const where = `${who}, ${kindNames[shape.kind]}, ${shape.connections} connections`;
      return [
        `${where}: ${result.errors} errors, of which the first:`,
        ...result.firstErrors.map((text) => `  ${text}`),
      ];
    }),
  );
}
