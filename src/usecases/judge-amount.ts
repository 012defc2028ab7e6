import { type Currency, currencyExponent } from '../domain/currency.ts';
import type { Flow } from '../domain/merchant.ts';
import { formatMajorUnits, type MinorUnits, minorUnits } from '../domain/money.ts';
import type { Payment } from '../domain/payment.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import type { Gateway } from './gateway.ts';

/** 999,999.99 in the currency's own decimals, unless the flow says otherwise. */
function defaultMaximum(currency: Currency): MinorUnits {
  const exponent = currencyExponent(currency);
  return minorUnits(1_000_000n * 10n ** BigInt(exponent) - 1n);
}

/** Whether a flow takes this amount of this currency; undefined when it does. */
export function judgeAmount(flow: Flow, amount: MinorUnits, currency: Currency): Refusal | undefined {
  if (!flow.currencies.includes(currency)) {
    return refuse('currency_not_supported', `The currency ${currency} is not enabled.`, 'currency');
  }
  const minimum = flow.minimumAmounts[currency] ?? minorUnits(1n);
  if (amount < minimum) {
    return refuse(
      'amount_too_small',
      `The amount is below the minimum of ${formatMajorUnits(minimum, currency)}.`,
      'amount',
    );
  }
  const maximum = flow.maximumAmounts[currency] ?? defaultMaximum(currency);
  if (amount > maximum) {
    return refuse(
      'amount_too_large',
      `The amount is above the maximum of ${formatMajorUnits(maximum, currency)}.`,
      'amount',
    );
  }
  return undefined;
}

/** Whether the card and the e-mail address stay within the flow's limits for the calendar month (UTC). */
export async function judgeMonthlyLimits(
  gateway: Gateway,
  wanted: Pick<Payment, 'merchantId' | 'amount' | 'currency' | 'email'>,
  flow: Flow | null,
  fingerprint: Buffer | null,
): Promise<Refusal | undefined> {
  const cardLimit = flow?.monthlyCardLimits[wanted.currency];
  const emailLimit = flow?.monthlyEmailLimits[wanted.currency];
  if (!flow || (cardLimit === undefined && emailLimit === undefined)) return undefined;
  const now = gateway.clock.now();
  const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const spent = await gateway.payments.spentSince(wanted.merchantId, flow.id, wanted.currency, since, {
    fingerprint,
    email: wanted.email,
  });
  if (cardLimit !== undefined && fingerprint && spent.byCard + wanted.amount > cardLimit) {
    return refuse('card_limit_exceeded', 'The monthly limit of this card is reached.', 'card');
  }
  if (emailLimit !== undefined && wanted.email && spent.byEmail + wanted.amount > emailLimit) {
    return refuse('email_limit_exceeded', 'The monthly limit of this e-mail address is reached.', 'email');
  }
  return undefined;
}
