import { note } from '../domain/payment.ts';
import { assert } from '../lib/assert.ts';
import { newEvent } from './attempts.ts';
import type { Gateway } from './gateway.ts';
import type { DisputeStore, UntoldDispute } from './ports/disputes.ts';

const pageLimit = 100;
/** One look reads at most so many pages; the next goes on. */
const pagesMax = 50;
const racesMax = 20;

export type DisputesFetched =
  | { readonly kind: 'fetched'; readonly received: number }
  | { readonly kind: 'unreadable'; readonly cause: string }
  | { readonly kind: 'not_offered' };

/** Reads the acquirer's disputes from where the last look ended, and keeps each of them once. */
export async function fetchDisputes(gateway: Gateway, store: DisputeStore): Promise<DisputesFetched> {
  const { acquirer } = gateway;
  if (!acquirer.records) return { kind: 'not_offered' };
  let received = 0;
  for (let read = 0; read < pagesMax; read++) {
    const after = await store.readCursor(acquirer.name);
    const page = await acquirer.records.listDisputes({ after, limit: pageLimit });
    if (page.kind === 'unknown') return { kind: 'unreadable', cause: page.cause };
    if (page.disputes.length === 0) break;
    received += await store.receive(acquirer.name, page.disputes, page.next, gateway.clock.now());
    if (page.disputes.length < pageLimit || page.next === null) break;
  }
  return { kind: 'fetched', received };
}

/**
 * Tells merchants of the disputes that were received: one `payment.disputed` each, with its deliveries in the same
 * commit. A payment of which something is under way waits, so that its outcome is told first. Answers how many were told.
 */
export async function tellDisputes(gateway: Gateway, store: DisputeStore): Promise<number> {
  let told = 0;
  for (const untold of await store.listUntold(gateway.acquirer.name, pageLimit)) {
    if (await tellDispute(gateway, store, untold)) told++;
  }
  if (told > 0) gateway.deliveriesWaiting();
  return told;
}

async function tellDispute(gateway: Gateway, store: DisputeStore, untold: UntoldDispute): Promise<boolean> {
  const acquirer = gateway.acquirer.name;
  const { merchantId, paymentId, dispute } = untold;
  for (let race = 0; race < racesMax; race++) {
    // The payment is read before we look whether anything is under way: what begins afterwards moves its version.
    const payment = await gateway.payments.findPayment(merchantId, { id: paymentId });
    assert(payment, 'a dispute of ours names a payment');
    if (!(await store.findUntold(acquirer, dispute.id))) return false;
    const transition = note(payment, 'payment.disputed', gateway.clock.now());
    const recorded = await store.tell(acquirer, dispute.id, {
      payment: transition.payment,
      event: newEvent(gateway, transition.event),
      dispute,
    });
    if (recorded !== 'version_moved') return recorded === 'recorded';
  }
  return false;
}
