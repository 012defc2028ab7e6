import type { FastifyReply } from 'fastify';
import { amountText } from '../../../domain/amount-text.ts';
import type { Merchant } from '../../../domain/merchant.ts';
import type { Payment } from '../../../domain/payment.ts';
import { withParameters } from '../../../domain/return-url.ts';
import { assert } from '../../../lib/assert.ts';
import { dialectName, type ZafapayContext } from '../context.ts';
import { unifiedError } from '../declines.ts';
import { requestIdOf } from '../payment-name.ts';
import { returnStatus } from '../views/payment-status.ts';
import { amountLocales, type Language } from './language.ts';
import { type Notice, sendNotice } from './notice-page.ts';
import { type Words, words } from './words.ts';

/**
 * Takes the customer on from a payment that has its outcome: to the merchant with `status=succeeded|failed`, or to our
 * own result page where the merchant named no address (contract 8.1, 8.2). Repeating it leads to the same place.
 */
export async function sendOutcome(
  context: ZafapayContext,
  reply: FastifyReply,
  payment: Payment,
  language: Language,
): Promise<FastifyReply> {
  const status = returnStatus(payment);
  assert(status !== null, 'only a payment with an outcome sends its customer on');
  const target = await findTarget(context, payment, status);
  return target === null
    ? sendResultPage(context, reply, payment, language)
    : reply.code(303).header('cache-control', 'no-store').header('location', target).send();
}

async function findTarget(
  { gateway }: ZafapayContext,
  payment: Payment,
  status: 'succeeded' | 'failed',
): Promise<string | null> {
  const merchant = await gateway.directory.findMerchant(payment.merchantId);
  const fallback = merchant?.settings.defaultReturnUrl ?? null;
  if (payment.source !== 'hosted') {
    const address = payment.returnUrl ?? fallback;
    const named = merchant && namesPayment(merchant) ? { payment_id: requestIdOf(payment.id) } : {};
    return address && withParameters(address, { status, ...named });
  }
  const flow = await gateway.flows.findFlow(payment.merchantId, payment.flowId);
  const own = status === 'succeeded' ? flow?.successRedirectUrl : flow?.failureRedirectUrl;
  const address = own ?? fallback;
  return address && withParameters(address, { status, payment_id: requestIdOf(payment.id) });
}

/** A merchant's switch: 3-D Secure returns name the payment too. Off unless set, for the contract adds only `status`. */
function namesPayment({ settings }: Merchant): boolean {
  const own = settings.dialects[dialectName];
  return (
    typeof own === 'object' && own !== null && 'return_payment_id' in own && own.return_payment_id === true
  );
}

async function sendResultPage(
  context: ZafapayContext,
  reply: FastifyReply,
  payment: Payment,
  language: Language,
): Promise<FastifyReply> {
  const text = words[language];
  const merchant = await context.gateway.directory.findMerchant(payment.merchantId);
  return sendNotice(context, reply, {
    language,
    ...toldOf(payment, text),
    facts: [
      [text.shopLabel, merchant?.name ?? ''],
      [text.amountLabel, amountText(payment, amountLocales[language])],
    ],
    small: text.closeText,
  });
}

function toldOf({ status }: Payment, text: Words): Pick<Notice, 'title' | 'text' | 'tone'> {
  if (status.state === 'failed') {
    const told = text.failures[unifiedError(status.reason).code] ?? text.failedText;
    return { title: text.failedTitle, text: told, tone: 'problem' };
  }
  if (status.state !== 'voided') return { title: text.doneTitle, text: text.doneText, tone: 'success' };
  return status.cause === 'expired'
    ? { title: text.expiredTitle, text: text.expiredText }
    : { title: text.canceledTitle, text: text.canceledText };
}
