import { createHmac, timingSafeEqual } from 'node:crypto';
import { idPrefixes, type MerchantId, type PaymentId, parseId } from '../../domain/ids.ts';
import type { Payment } from '../../domain/payment.ts';
import type { ZafapayContext } from './context.ts';
import { requestIdOf } from './payment-name.ts';

type PublicUrl = Pick<ZafapayContext, 'publicUrl'>;
type CheckoutKey = Pick<ZafapayContext, 'checkoutSecret'>;

/** Where the cardholder goes for 3-D Secure: our page, which sends the browser on to the issuer. */
export function threeDsUrl({ publicUrl }: PublicUrl, id: PaymentId, browserToken: string): string {
  return `${publicUrl}/3ds/${id}?token=${encodeURIComponent(browserToken)}`;
}

/** Where the issuer sends the browser back to. */
export function threeDsReturnUrl({ publicUrl }: PublicUrl, browserToken: string): string {
  return `${publicUrl}/3ds/return/${encodeURIComponent(browserToken)}`;
}

/** The address of a hosted checkout. */
export function checkoutUrl(
  context: PublicUrl & CheckoutKey,
  payment: Pick<Payment, 'id' | 'merchantId'>,
  expiresAt: Date,
): string {
  const token = checkoutToken(context, payment, expiresAt);
  return `${context.publicUrl}/checkout/${requestIdOf(payment.id)}?token=${token}`;
}

/**
 * The proof in a checkout address: `<expiry>.<merchant>.<hmac>`, base 36 seconds, the merchant id's tail, and base64url
 * of HMAC-SHA256 over payment, merchant and expiry. It names the merchant so that the page can find the payment.
 */
export function checkoutToken(
  { checkoutSecret }: CheckoutKey,
  { id, merchantId }: Pick<Payment, 'id' | 'merchantId'>,
  expiresAt: Date,
): string {
  const expiry = Math.floor(expiresAt.getTime() / 1000).toString(36);
  const tail = merchantId.slice(idPrefixes.MerchantId.length);
  return `${expiry}.${tail}.${sign(checkoutSecret, id, tail, expiry)}`;
}

/** Whose payment a checkout token opens, and until when; undefined when it is not ours or not for this payment. */
export function readCheckoutToken(
  { checkoutSecret }: CheckoutKey,
  id: PaymentId,
  token: string,
): { readonly merchantId: MerchantId; readonly expiresAt: Date } | undefined {
  const [expiry = '', tail = '', signature = '', ...rest] = token.split('.');
  const given = Buffer.from(signature);
  const expected = Buffer.from(sign(checkoutSecret, id, tail, expiry));
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    return undefined;
  const merchantId = parseId('MerchantId', `${idPrefixes.MerchantId}${tail}`);
  return merchantId && { merchantId, expiresAt: new Date(Number.parseInt(expiry, 36) * 1000) };
}

function sign(secret: Buffer, id: PaymentId, merchantTail: string, expiry: string): string {
  return createHmac('sha256', secret)
    .update(`checkout\n${id}\n${merchantTail}\n${expiry}`)
    .digest('base64url');
}
