import type { PaymentEvent } from '../../../domain/event.ts';
import type { DeliveryRecord } from '../../../usecases/ports/webhooks.ts';
import { eventName } from '../event-names.ts';
import { eventFacts, refundFacts } from './event-facts.ts';

/** An event in lists; `data` is what this dialect's webhook tells, and the refund when the event is about one. */
export function viewEvent(event: PaymentEvent, merchantName: string): object {
  const { payment } = event.snapshot;
  return {
    id: event.id,
    type: eventName(event.type),
    sequence: event.sequence,
    transaction_id: payment.id,
    order_id: payment.orderNumber,
    created_at: event.createdAt.toISOString(),
    data: { ...eventFacts(event, merchantName), ...refundFacts(event) },
  };
}

/** How an event's delivery to one endpoint stands. */
export function viewDelivery(delivery: DeliveryRecord): object {
  return {
    id: delivery.id,
    endpoint_id: delivery.endpointId,
    status: delivery.state,
    attempts: delivery.tries,
    next_attempt_at: delivery.nextTryAt?.toISOString() ?? null,
    response_status: delivery.lastStatus,
    error: delivery.lastError,
  };
}
