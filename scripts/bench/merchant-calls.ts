import type { PaymentKind } from './cell.ts';
import type { HttpConnection, HttpReply } from './http-connection.ts';

/** The demonstration merchant's keys, the same in every sandbox. */
const publishableKey = 'pk_test_demo';
const secretKey = 'sk_test_demo';

/** What every measured payment is about, here and on the floor. */
export const measuredPayment = { amount: '10.00', currency: 'USD', customer: 'customer_bench' } as const;
export const measuredPan = '4242424242424242';
export const measuredExpiry = { month: 12, year: new Date().getUTCFullYear() + 3 } as const;
export const measuredCardholder = 'Ada Example';

const tokenBody = JSON.stringify({
  card: {
    number: measuredPan,
    exp_month: measuredExpiry.month,
    exp_year: measuredExpiry.year,
    cvc: '123',
    cardholder_name: measuredCardholder,
  },
});
const paymentHead = `{"amount":${measuredPayment.amount},"currency":"${measuredPayment.currency}"`;

/** Makes a card token, as a page in a browser does. */
export async function makeToken(connection: HttpConnection): Promise<string> {
  const reply = await connection.post('/v1/tokens', publishableKey, tokenBody);
  return textMember(reply, 'id');
}

/** Pays by token, or by the saved card that `card` names. */
export function pay(connection: HttpConnection, kind: PaymentKind, card: string): Promise<HttpReply> {
  const body =
    kind === 'token'
      ? `${paymentHead},"token":"${card}"}`
      : `${paymentHead},"payment_method_id":"${card}","customer_id":"${measuredPayment.customer}"}`;
  return connection.post('/v1/payments', secretKey, body);
}

export function isCompleted({ status, body }: HttpReply): boolean {
  return status === 201 && body.includes('"status":"completed"');
}

/** Pays once with a new card that is saved for the customer; returns its `pmi_…`. */
export async function saveCard(connection: HttpConnection): Promise<string> {
  const token = await makeToken(connection);
  const body = `${paymentHead},"token":"${token}","save_card":true,"customer_id":"${measuredPayment.customer}"}`;
  const reply = await connection.post('/v1/payments', secretKey, body);
  if (!isCompleted(reply)) throw new Error(`the card was not saved: ${reply.status} ${reply.body}`);
  return textMember(reply, 'payment_method_id');
}

function textMember({ status, body }: HttpReply, name: string): string {
  const value = status === 201 ? (JSON.parse(body) as Record<string, unknown>)[name] : undefined;
  if (typeof value !== 'string') throw new Error(`expected 201 with ${name}, got ${status} ${body}`);
  return value;
}
