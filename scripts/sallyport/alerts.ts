import { createAlertDesk } from '../../src/store/desks.ts';
import { auditEntry } from '../../src/usecases/audit-entry.ts';
import type { Alert } from '../../src/usecases/ports/alerts.ts';
import type { Command } from './command.ts';
import { pageOptions, pageUsage, printPage, readLimit, readRowBefore } from './page.ts';
import { printTable, timeText } from './table.ts';

const noteLengthMax = 500;

export function printAlerts(alerts: readonly Alert[]): void {
  printTable(
    ['id', 'since', 'kind', 'payment', 'closed', 'message'],
    alerts.map((alert) => [
      String(alert.id),
      timeText(alert.createdAt),
      alert.kind,
      alert.paymentId ?? '-',
      timeText(alert.closedAt),
      alert.message,
    ]),
  );
}

export const alertCommands: readonly Command[] = [
  {
    name: 'alerts list',
    usage: `[--all] ${pageUsage}`,
    says: 'lists what somebody must look at, newest first; --all with what was closed. docs/operating.md says what each kind asks for',
    options: { ...pageOptions, all: { type: 'boolean' } },
    positionals: [],
    async run({ house }, given) {
      const limit = readLimit(given);
      const alerts = await createAlertDesk(house.core.database).listAlerts({
        limit: limit + 1,
        before: readRowBefore(given),
        openOnly: !given.flag('all'),
      });
      printPage(alerts, limit, printAlerts, ({ id }) => id);
      return 0;
    },
  },
  {
    name: 'alerts close',
    usage: 'ID --note TEXT',
    says: 'says that an alert was dealt with, and how',
    options: { note: { type: 'string' } },
    positionals: ['ID'],
    async run({ house, desk }, given) {
      const id = given.rowNumber();
      const note = given.words('note', noteLengthMax);
      const audit = auditEntry(desk, 'alerts.closed', `alert ${id}`, { note });
      const closed = await createAlertDesk(house.core.database).closeAlert(id, desk.clock.now(), audit);
      switch (closed) {
        case 'closed':
          console.log(`Alert ${id} is closed.`);
          return 0;
        case 'not_open':
          console.error(`There is no open alert ${id}; "alerts list --all" shows those that were closed.`);
          return 1;
        case 'difference_open':
          console.error(
            'The alert is of a difference between the books: close that, by "reconciliation close", and the alert goes with it.',
          );
          return 1;
      }
    },
  },
];
