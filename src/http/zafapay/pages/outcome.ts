import type { FastifyReply } from 'fastify';
import type { Merchant } from '../../../domain/merchant.ts';
import type { Payment } from '../../../domain/payment.ts';
import { withParameters } from '../../../domain/return-url.ts';
import { assert } from '../../../lib/assert.ts';
import { dialectName, type ZafapayContext } from '../context.ts';
import { unifiedError } from '../declines.ts';
import { requestIdOf } from '../payment-name.ts';
import { returnStatus } from '../views/payment-status.ts';
import type { Language } from './language.ts';
import { sendNotice } from './notice-page.ts';
import { words } from './words.ts';

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

function sendResultPage(
  context: ZafapayContext,
  reply: FastifyReply,
  payment: Payment,
  language: Language,
): FastifyReply {
  const text = words[language];
  const { status } = payment;
  const small = text.closeText;
  if (status.state === 'failed') {
    const told = text.failures[unifiedError(status.reason).code] ?? text.failedText;
    return sendNotice(context, reply, {
      language,
      title: text.failedTitle,
      text: told,
      tone: 'problem',
      small,
    });
  }
  if (status.state === 'voided') {
    const expired = status.cause === 'expired';
    return sendNotice(context, reply, {
      language,
      title: expired ? text.expiredTitle : text.canceledTitle,
      text: expired ? text.expiredText : text.canceledText,
      small,
    });
  }
  return sendNotice(context, reply, {
    language,
    title: text.doneTitle,
    text: text.doneText,
    tone: 'success',
    small,
  });
}
