import { createPaymentDesk } from '../../src/store/payment-desk.ts';
import { auditEntry } from '../../src/usecases/audit-entry.ts';
import type { Command } from './command.ts';
import { printPaymentReport } from './payment-report.ts';

/** Of each list about the payment. */
const rowsMax = 200;

export const paymentCommands: readonly Command[] = [
  {
    name: 'payments show',
    usage: 'tx_…|OD…|PR…|att_…',
    says: 'shows one payment of any merchant with its attempts, events, deliveries and alerts, and writes into the audit log that it was shown',
    options: {},
    positionals: ['PAYMENT'],
    async run({ house, desk }, given) {
      const name = given.positionals[0] ?? '';
      const report = await createPaymentDesk(house.core.database).readPayment(name, rowsMax, (payment) =>
        auditEntry(desk, 'payments.shown', payment.id, { merchant: payment.merchantId }),
      );
      if (!report) {
        console.error(
          'There is no such payment. It is named by tx_…, its order (OD…), its order payment (PR…) or an attempt (att_…).',
        );
        return 1;
      }
      printPaymentReport(report, rowsMax);
      return 0;
    },
  },
];
