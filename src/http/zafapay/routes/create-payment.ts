import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Currency, parseCurrency } from '../../../domain/currency.ts';
import { parseId } from '../../../domain/ids.ts';
import type { Merchant } from '../../../domain/merchant.ts';
import { type AmountRefusal, type MinorUnits, parseMajorUnits } from '../../../domain/money.ts';
import { assertNever } from '../../../lib/assert.ts';
import type { CreatePayment, PaymentCard, PaymentOutcome } from '../../../usecases/commands.ts';
import { createPayment } from '../../../usecases/create-payment.ts';
import { amountText } from '../../edge/amount-schema.ts';
import { type EdgeServer, sendAnswer } from '../../edge/dialect.ts';
import { threeDsReturnUrl } from '../addresses.ts';
import { callerOf, requireKey } from '../authentication.ts';
import { challengeSeconds, checkoutSeconds, dialectName, type ZafapayContext } from '../context.ts';
import { type ErrorCode, errorToThrow } from '../errors.ts';
import { type LateAnswer, readClaim, sendEarlier } from '../idempotency.ts';
import { refuseIssues, storableMetadata } from '../issues.ts';
import { judgeCreatePayment, tokenOf } from '../judge-create-payment.ts';
import { refusalAnswer } from '../refusals.ts';
import { sendStored } from '../reply.ts';
import { type CreatePaymentBody, createPaymentBody } from '../schemas/create-payment.ts';
import { renderCreatedPayment } from '../views/created-payment.ts';

/** `POST /v1/payments`: by token, by saved card, or as a hosted checkout (contract 6.1). */
export function addCreatePayment(scope: EdgeServer, context: ZafapayContext): void {
  scope.post(
    '/payments',
    {
      schema: { body: createPaymentBody },
      attachValidation: true,
      onRequest: requireKey(context.gateway, 'pay'),
    },
    async (request, reply) => {
      const { merchant } = callerOf(request);
      const rule = { mode: context.gateway.mode, origins: merchant.settings.returnOrigins };
      refuseIssues(request, () => judgeCreatePayment(request.body, rule));
      return answerCreate(context, request, reply, commandOf(context, request, request.body, merchant));
    },
  );
}

async function answerCreate(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
  command: CreatePayment,
): Promise<FastifyReply> {
  const result = await createPayment(context.gateway, command);
  switch (result.kind) {
    case 'done':
      return sendStored(reply, command.render(result.outcome));
    case 'refused':
      return sendAnswer(reply, refusalAnswer(request, result.refusal, 'create'));
    case 'earlier': {
      if (!command.claim) throw new TypeError('only a request with a key can have an earlier one');
      const lateAnswer = lateCreateAnswer(context, command);
      return sendEarlier(context, request, reply, {
        claim: command.claim,
        earlier: result.earlier,
        lateAnswer,
      });
    }
    default:
      return assertNever(result, 'result of a payment');
  }
}

/** A payment whose first answer was "pending" is answered for good once it has an outcome. */
function lateCreateAnswer({ gateway }: ZafapayContext, command: CreatePayment): LateAnswer {
  return async (paymentId) => {
    const payment = await gateway.payments.findPayment(command.merchant.id, { id: paymentId });
    const state = payment?.status.state;
    // The address for authentication was told only once, so that state waits for its end too.
    if (!payment || state === 'authorizing' || state === 'authenticating') return null;
    return command.render({ payment, challenge: null, savedCard: null });
  };
}

function commandOf(
  context: ZafapayContext,
  request: FastifyRequest,
  body: CreatePaymentBody,
  merchant: Merchant,
): CreatePayment {
  refuseOtherMethods(request, body);
  const currency = currencyOf(request, body.currency);
  const card = cardOf(request, body);
  return {
    merchant,
    dialect: dialectName,
    newNumbers: null,
    amount: amountOf(request, amountText(body.amount), currency),
    currency,
    captureMethod: body.capture_method ?? null,
    flowId: body.flow_id ?? null,
    card,
    authentication: card.from === 'saved' ? 'never' : 'when_issuer_asks',
    challengeSeconds,
    hostedSeconds: checkoutSeconds,
    notificationUrl: (browserToken) => threeDsReturnUrl(context, browserToken),
    customerReference: body.customer_id ?? null,
    saveCard: body.save_card ?? false,
    savedCardLabel: { nickname: null, declaredFunding: null },
    merchantReference: body.external_id ?? null,
    returnUrl: card.from === 'token' ? (body.return_url ?? null) : null,
    metadata: storableMetadata(body.metadata ?? {}),
    email: body.email ?? null,
    phone: body.tel ?? null,
    productName: body.product_name ?? null,
    details: body.name ? { name: body.name } : {},
    claim: readClaim(context, request, '/v1/payments'),
    render: (outcome: PaymentOutcome) => renderCreatedPayment(context, request.id, outcome),
  };
}

function refuseOtherMethods(request: FastifyRequest, { payment_method: method }: CreatePaymentBody): void {
  if (!namesCard(method))
    throw errorToThrow(request, 'not_supported', 'The payment method is not offered; use "card".', {
      param: 'payment_method',
    });
}

/** An object that lost its token or type names nothing: it must not silently get a hosted checkout. */
function namesCard(method: CreatePaymentBody['payment_method']): boolean {
  if (typeof method !== 'object' || method === null) return (method ?? 'card') === 'card';
  return method.type === 'card' || (method.token !== undefined && (method.type ?? null) === null);
}

function currencyOf(request: FastifyRequest, text: string): Currency {
  const currency = parseCurrency(text);
  if (!currency)
    throw errorToThrow(request, 'unsupported_currency', 'There is no such currency in ISO 4217.', {
      param: 'currency',
    });
  return currency;
}

const amountFaults: Record<AmountRefusal, readonly [ErrorCode, string]> = {
  not_a_decimal: ['invalid_amount', 'amount must be a positive number in plain decimals, such as 10.00.'],
  too_many_decimals: ['invalid_amount', 'amount has more decimals than the currency.'],
  not_positive: ['invalid_amount', 'amount must be more than zero.'],
  too_large: ['amount_above_maximum', 'amount is above the maximum.'],
};

/** An amount in major units from its literal; `tooLarge` is the code for more than we could ever take. */
export function amountOf(
  request: { readonly id: string },
  text: string,
  currency: Currency,
  tooLarge: ErrorCode = 'amount_above_maximum',
): MinorUnits {
  const amount = parseMajorUnits(text, currency);
  if (typeof amount === 'bigint') return amount;
  const [code, message] = amountFaults[amount];
  throw errorToThrow(request, amount === 'too_large' ? tooLarge : code, message, { param: 'amount' });
}

/** Which of the contract's three modes the fields choose. */
function cardOf(request: FastifyRequest, body: CreatePaymentBody): PaymentCard {
  if (body.payment_method_id !== undefined) {
    const id = parseId('PaymentMethodId', body.payment_method_id);
    if (!id) throw unknownId(request, 'payment_method_id', 'The customer has no saved card of that id.');
    return { from: 'saved', method: { id } };
  }
  const token = tokenOf(body);
  if (token === undefined) return { from: 'hosted' };
  const tokenId = parseId('CardTokenId', token);
  if (!tokenId) throw unknownId(request, 'token', 'There is no token of that id.');
  return { from: 'token', tokenId };
}

function unknownId(request: FastifyRequest, param: string, message: string): Error {
  return errorToThrow(request, 'not_found', message, { param });
}
