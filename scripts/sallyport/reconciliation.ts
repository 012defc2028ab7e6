import { createReconciliationDesk } from '../../src/store/desks.ts';
import { auditEntry } from '../../src/usecases/audit-entry.ts';
import type { Difference, ListedRun } from '../../src/usecases/ports/reconciliation.ts';
import { type Command, readRowNumber } from './command.ts';
import { pageOptions, pageUsage, printPage, readLimit, readRowBefore } from './page.ts';
import { printTable, timeText } from './table.ts';

const ownerLengthMax = 100;
const resolutionLengthMax = 500;

function printRuns(runs: readonly ListedRun[]): void {
  printTable(
    ['id', 'acquirer', 'purpose', 'from', 'to', 'state', 'compared', 'in flight', 'found', 'finished'],
    runs.map((run) => [
      String(run.id),
      run.acquirer,
      run.purpose,
      timeText(run.from),
      timeText(run.to),
      run.state,
      String(run.comparedCount),
      String(run.inFlightCount),
      String(run.foundCount),
      timeText(run.finishedAt),
    ]),
  );
}

/** `name value` of each text that a side said. */
function sideText(side: Difference['ours']): string {
  if (!side) return 'nothing';
  return Object.entries(side)
    .map(([name, value]) => `${name} ${value ?? '-'}`)
    .join(', ');
}

export function printDifferences(differences: readonly Difference[]): void {
  printTable(
    ['id', 'found', 'status', 'owner', 'cause', 'reference', 'payment', 'ours', 'theirs', 'resolution'],
    differences.map((difference) => [
      String(difference.id),
      timeText(difference.foundAt),
      difference.status,
      difference.owner,
      difference.cause,
      difference.reference,
      difference.paymentId ?? '-',
      sideText(difference.ours),
      [difference.acquirerReference, sideText(difference.theirs)].filter((part) => part !== '').join(': '),
      difference.resolution ?? '-',
    ]),
  );
}

const noSuchDifference = (id: bigint): number => {
  console.error(`There is no difference ${id} that is not closed; "reconciliation differences" shows them.`);
  return 1;
};

const lists: readonly Command[] = [
  {
    name: 'reconciliation runs',
    usage: pageUsage,
    says: 'lists the comparisons of the acquirer’s book with ours, newest first',
    options: pageOptions,
    positionals: [],
    async run({ house }, given) {
      const limit = readLimit(given);
      const page = { limit: limit + 1, before: readRowBefore(given) };
      const runs = await createReconciliationDesk(house.core.database).listRuns(page);
      printPage(runs, limit, printRuns, ({ id }) => id);
      return 0;
    },
  },
  {
    name: 'reconciliation differences',
    usage: `[--run RUN] [--all] ${pageUsage}`,
    says: 'lists where the books differ, newest first; --all with what was closed',
    options: { ...pageOptions, run: { type: 'string' }, all: { type: 'boolean' } },
    positionals: [],
    async run({ house }, given) {
      const limit = readLimit(given);
      const run = given.text('run');
      const differences = await createReconciliationDesk(house.core.database).listDifferences({
        limit: limit + 1,
        before: readRowBefore(given),
        runId: run === undefined ? undefined : readRowNumber(run),
        unclosedOnly: !given.flag('all'),
      });
      printPage(differences, limit, printDifferences, ({ id }) => id);
      return 0;
    },
  },
];

export const reconciliationCommands: readonly Command[] = [
  ...lists,
  {
    name: 'reconciliation assign',
    usage: 'ID --to NAME',
    says: 'gives a difference to somebody',
    options: { to: { type: 'string' } },
    positionals: ['ID'],
    async run({ house, desk }, given) {
      const id = given.rowNumber();
      const owner = given.words('to', ownerLengthMax);
      const audit = auditEntry(desk, 'differences.assigned', `difference ${id}`, { owner });
      const assigned = await createReconciliationDesk(house.core.database).assignDifference(id, owner, audit);
      if (!assigned) return noSuchDifference(id);
      console.log(`Difference ${id} is ${owner}’s.`);
      return 0;
    },
  },
  {
    name: 'reconciliation close',
    usage: 'ID --resolution TEXT',
    says: 'closes a difference and its alert, and says how it was settled; found again, it is opened anew',
    options: { resolution: { type: 'string' } },
    positionals: ['ID'],
    async run({ house, desk }, given) {
      const id = given.rowNumber();
      const resolution = given.words('resolution', resolutionLengthMax);
      const audit = auditEntry(desk, 'differences.closed', `difference ${id}`, { resolution });
      const now = desk.clock.now();
      const books = createReconciliationDesk(house.core.database);
      if (!(await books.closeDifference(id, resolution, now, audit))) return noSuchDifference(id);
      console.log(`Difference ${id} is closed.`);
      return 0;
    },
  },
];
