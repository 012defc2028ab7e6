import { parseCurrency } from '../../src/domain/currency.ts';
import { formatMajorUnits } from '../../src/domain/money.ts';
import { createDisputeDesk } from '../../src/store/desks.ts';
import type { ListedDispute } from '../../src/usecases/ports/disputes.ts';
import type { Command } from './command.ts';
import { pageOptions, pageUsage, printPage, readLimit, readPlaceBefore } from './page.ts';
import { printTable, timeText } from './table.ts';

/** A currency that we do not know keeps its minor units. */
function amountText({ amount, currency }: ListedDispute['dispute']): string {
  const known = parseCurrency(currency);
  return known ? `${formatMajorUnits(amount, known)} ${known}` : `${amount} minor units of ${currency}`;
}

export function printDisputes(disputes: readonly ListedDispute[]): void {
  printTable(
    [
      'received',
      'dispute',
      'acquirer',
      'reason',
      'amount',
      'raised',
      'merchant',
      'payment',
      'reference',
      'told by',
    ],
    disputes.map((listed) => [
      timeText(listed.receivedAt),
      listed.dispute.id,
      listed.acquirer,
      listed.dispute.reasonCode ?? '-',
      amountText(listed.dispute),
      timeText(listed.dispute.raisedAt),
      listed.merchantId ?? '-',
      listed.paymentId ?? 'not ours',
      listed.reference,
      listed.eventId ?? 'not told yet',
    ]),
  );
}

export const disputeCommands: readonly Command[] = [
  {
    name: 'disputes list',
    usage: pageUsage,
    says: 'lists disputes, the one received last first, and the event that told the merchant',
    options: pageOptions,
    positionals: [],
    async run({ house }, given) {
      const limit = readLimit(given);
      const before = readPlaceBefore(given);
      const disputes = await createDisputeDesk(house.core.database).listDisputes({
        limit: limit + 1,
        after: before && { receivedAt: before.at, id: before.id },
      });
      printPage(disputes, limit, printDisputes, ({ receivedAt, dispute }) => ({
        at: receivedAt,
        id: dispute.id,
      }));
      return 0;
    },
  },
];
