import { addSeconds } from '../../src/lib/clock.ts';
import { createDeliveryDesk } from '../../src/store/delivery-desk.ts';
import type { EndpointBacklog, ListedDelivery } from '../../src/usecases/ports/delivery-desk.ts';
import type { Command } from './command.ts';
import { pageOptions, pageUsage, printPage, readLimit, readPlaceBefore } from './page.ts';
import { printTable, timeText } from './table.ts';

/** Failures of so long ago have been seen, or nobody misses what they carried. */
const failedDays = 7;
const daySeconds = 24 * 3600;

/** Where it goes, without what a merchant may have put into the query. */
function addressText(url: string): string {
  if (!URL.canParse(url)) return '(not an address)';
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function printBacklogs(backlogs: readonly EndpointBacklog[]): void {
  printTable(
    [
      'endpoint',
      'merchant',
      'status',
      'format',
      'pending',
      'since',
      `failed in ${failedDays} days`,
      'last',
      'to',
    ],
    backlogs.map(({ endpoint, ...backlog }) => [
      endpoint.id,
      endpoint.merchantId,
      endpoint.status,
      endpoint.format,
      String(backlog.pending),
      timeText(backlog.pendingSince),
      String(backlog.failed),
      timeText(backlog.failedLast),
      addressText(endpoint.url),
    ]),
  );
}

export function printDeliveries(deliveries: readonly ListedDelivery[]): void {
  printTable(
    [
      'delivery',
      'made',
      'event',
      'type',
      'payment',
      'endpoint',
      'state',
      'tries',
      'next try',
      'ended',
      'last answer',
    ],
    deliveries.map((delivery) => [
      delivery.id,
      timeText(delivery.createdAt),
      delivery.eventId,
      delivery.eventType,
      delivery.paymentId,
      delivery.endpointId,
      delivery.state,
      String(delivery.tries),
      timeText(delivery.nextTryAt),
      timeText(delivery.finishedAt),
      [delivery.lastStatus ?? '', delivery.lastError ?? ''].join(' ').trim() || '-',
    ]),
  );
}

export const webhookCommands: readonly Command[] = [
  {
    name: 'webhooks list',
    usage: '[--all] [--limit 50]',
    says: `lists endpoints that are off, have deliveries waiting, or missed some in the last ${failedDays} days, the worst first; --all with the others`,
    options: { limit: pageOptions.limit, all: { type: 'boolean' } },
    positionals: [],
    async run({ house, desk }, given) {
      const limit = readLimit(given);
      const backlogs = await createDeliveryDesk(house.core.database).listBacklogs({
        limit: limit + 1,
        failedSince: addSeconds(desk.clock.now(), -failedDays * daySeconds),
        troubledOnly: !given.flag('all'),
      });
      printBacklogs(backlogs.slice(0, limit));
      if (backlogs.length > limit) console.log(`\nThere are more: --limit, at most 500, shows them.`);
      return 0;
    },
  },
  {
    name: 'webhooks undelivered',
    usage: `ENDPOINT ${pageUsage}`,
    says: 'lists deliveries of an endpoint that wait or have failed, newest first, with what the receiver said',
    options: pageOptions,
    positionals: ['ENDPOINT'],
    async run({ house }, given) {
      const limit = readLimit(given);
      const before = readPlaceBefore(given);
      const endpointId = given.positionals[0] ?? '';
      const desk = createDeliveryDesk(house.core.database);
      if (!(await desk.hasEndpoint(endpointId))) {
        console.error('There is no such endpoint; "webhooks list --all" shows them.');
        return 1;
      }
      const deliveries = await desk.listUndelivered({
        endpointId,
        limit: limit + 1,
        after: before && { createdAt: before.at, id: before.id },
      });
      printPage(deliveries, limit, printDeliveries, ({ createdAt, id }) => ({ at: createdAt, id }));
      return 0;
    },
  },
];
