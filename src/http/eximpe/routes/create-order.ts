import type { FastifyRequest } from 'fastify';
import type { Merchant } from '../../../domain/merchant.ts';
import type { Payment } from '../../../domain/payment.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import type { CreatePayment, PaymentCard, PaymentOutcome } from '../../../usecases/commands.ts';
import { createPayment } from '../../../usecases/create-payment.ts';
import type { IdempotencyClaim, StoredAnswer } from '../../../usecases/ports/store.ts';
import { browserOf } from '../../../usecases/risk/browser.ts';
import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { checkoutUrl, sessionIdOf } from '../checkout-session.ts';
import { sendStored, successAnswer } from '../envelope.ts';
import { throwIfRateLimited, throwProblem, validationAnswer } from '../errors.ts';
import { FieldProblems } from '../field-problems.ts';
import { answerEarlier, readClaim } from '../idempotency.ts';
import { lenientBody } from '../lenient-body.ts';
import type { OrderDetails } from '../order-details.ts';
import { newOrderNumbers } from '../order-numbers.ts';
import { type OrderCard, type ParsedOrder, parseOrder } from '../parse-order.ts';
import { judgeReturnUrl } from '../return-url.ts';
import {
  dialectName,
  type EximpeCall,
  type EximpeRoom,
  sessionSeconds,
  withAndWithoutSlash,
} from '../room.ts';
import { type OrderBody, orderBody, readOrderBody } from '../schemas/order-body.ts';
import { rupees } from '../settings.ts';
import { acsTemplate, returnPath, threeDsUrl } from '../three-ds-form.ts';
import { orderStatusOf } from '../views/order.ts';

/** `POST /pg/orders/`: the order and its first payment attempt in one call (section 5). */
export function addCreateOrder(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/orders/')) {
    scope.post(
      url,
      {
        schema: { body: orderBody },
        preValidation: lenientBody(readOrderBody),
      },
      async (request, reply) => {
        const { body } = request;
        const call = callOf(request);
        const order = parseOrder(body, { ...call, now: room.gateway.clock.now() });
        if (order instanceof FieldProblems) throw new AnswerError(validationAnswer(request, order.details));
        if (body.return_url !== undefined) refuseForeignReturn(request, room, call.merchant, body.return_url);
        await refuseOtherNetwork(request, room, call.merchant, order.card);
        const claim = readClaim(request, room, body);
        const result = await createPayment(room.gateway, toCommand(room, call, body, order, claim));
        switch (result.kind) {
          case 'done':
            return sendStored(reply, renderOrder(room, result.outcome));
          case 'refused':
            return throwRefusal(request, order.card, result.refusal);
          case 'earlier':
            if (!claim) throw new TypeError('only a request with a key has an earlier one');
            return answerEarlier(request, reply, room, claim, result.earlier, (payment) =>
              renderOrder(room, { payment, challenge: null, savedCard: null }),
            );
        }
      },
    );
  }
}

function refuseForeignReturn(
  request: FastifyRequest,
  room: EximpeRoom,
  merchant: Merchant,
  returnUrl: string,
): void {
  const problem = judgeReturnUrl(returnUrl, merchant, room.gateway.mode);
  if (problem !== undefined) throwProblem(request, 'return_url', problem);
}

/** The named network must be the saved card's; whether the card may be used at all is the core's to say. */
async function refuseOtherNetwork(
  request: FastifyRequest,
  room: EximpeRoom,
  merchant: Merchant,
  card: OrderCard,
): Promise<void> {
  if (card.kind !== 'saved') return;
  const method = await room.gateway.cards.findPaymentMethod(merchant.id, { hexToken: card.token });
  const isTheirs = method?.status === 'active' && method.customerReference === card.identifier;
  if (isTheirs && method.card.brand !== card.network)
    throwProblem(request, 'card_details.network', 'Network does not match the saved card.');
}

function toCommand(
  room: EximpeRoom,
  { merchant, version }: EximpeCall,
  body: OrderBody,
  order: ParsedOrder,
  claim: IdempotencyClaim | null,
): CreatePayment {
  const card = body.card_details;
  const details: OrderDetails = {
    api_version: version.text,
    collection_mode: body.collection_mode ?? 'hosted_payment',
    mop_type: order.mopType,
    nickname: card?.nickname ?? null,
    buyer: body.buyer,
    product: body.product,
    invoice: body.invoice ?? null,
  };
  return {
    merchant,
    dialect: dialectName,
    newNumbers: () => newOrderNumbers(room.gateway.random),
    amount: order.amount,
    currency: rupees,
    captureMethod: 'automatic',
    flowId: null,
    card: toPaymentCard(order.card),
    authentication: 'always',
    challengeSeconds: sessionSeconds,
    hostedSeconds: sessionSeconds,
    notificationUrl: (browserToken) => threeDsUrl(room.publicUrl, browserToken, returnPath),
    customerReference: card?.identifier ?? null,
    saveCard: order.card.kind === 'new' && card?.save_card === true,
    savedCardLabel: {
      nickname: card?.nickname ?? null,
      declaredFunding: order.mopType === null ? null : order.mopType === 'debit_card' ? 'debit' : 'credit',
    },
    merchantReference: body.reference_id,
    returnUrl: body.return_url ?? null,
    metadata: {},
    email: body.buyer.email,
    phone: body.buyer.phone,
    productName: body.product.name,
    details: { ...details },
    browser: browserOf(body.buyer.ip_address, body.buyer.user_agent),
    claim,
    render: (outcome) => renderOrder(room, outcome),
  };
}

function toPaymentCard(card: OrderCard): PaymentCard {
  switch (card.kind) {
    case 'hosted':
      return { from: 'hosted' };
    case 'new':
      return { from: 'direct', card: card.card, brand: card.brand };
    case 'saved':
      return { from: 'saved', method: { hexToken: card.token } };
  }
}

/**
 * Section 5.7; `checkout_url` is ours. Without a challenge there is no template: the attempt is final, or its outcome is
 * not known yet, which is 202 and says so.
 */
function renderOrder(room: EximpeRoom, { payment, challenge }: PaymentOutcome): StoredAnswer {
  const orderNumber = orderNumberOf(payment);
  if (payment.source === 'hosted') {
    const sessionId = sessionIdOf(room.secretKey, orderNumber);
    return successAnswer('Checkout session created successfully', {
      session_id: sessionId,
      order_id: orderNumber,
      checkout_url: checkoutUrl(room.publicUrl, sessionId),
    });
  }
  const message = 'S2S Card Payment Request created successfully';
  if (payment.status.state === 'authorizing')
    return successAnswer(message, { order_id: orderNumber, status: orderStatusOf(payment) }, 202);
  return successAnswer(message, {
    order_id: orderNumber,
    ...(challenge && { acs_template: acsTemplate(room.publicUrl, challenge.browserToken, room.secretKey) }),
  });
}

function orderNumberOf(payment: Payment): string {
  if (payment.orderNumber === null) throw new TypeError('a payment of this dialect has an order number');
  return payment.orderNumber;
}

/** Which field a refusal of the core is about, and what is said of it (sections 5.1 and 5.2). */
function throwRefusal(request: FastifyRequest, card: OrderCard, refusal: Refusal): never {
  throwIfRateLimited(refusal);
  switch (refusal.code) {
    case 'reference_in_use':
      return throwProblem(request, 'reference_id', 'Reference ID must be unique');
    case 'payment_method_not_found':
    case 'payment_method_blocked':
      return throwProblem(request, 'card_details.token', 'Invalid card token');
    case 'card_not_accepted':
    case 'card_limit_exceeded':
      return throwProblem(
        request,
        card.kind === 'saved' ? 'card_details.token' : 'card_details.number',
        refusal.message,
      );
    case 'email_limit_exceeded':
      return throwProblem(request, 'buyer.email', refusal.message);
    case 'currency_not_supported':
      return throwProblem(request, 'currency', refusal.message);
    case 'amount_too_small':
    case 'amount_too_large':
    case 'amount_invalid':
      return throwProblem(request, 'amount', refusal.message);
    default:
      return throwProblem(request, 'error', refusal.message);
  }
}
