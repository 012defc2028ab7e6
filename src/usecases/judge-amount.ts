import { type Currency, currencyExponent } from '../domain/currency.ts';
import type { Flow } from '../domain/merchant.ts';
import { formatMajorUnits, type MinorUnits, minorUnits } from '../domain/money.ts';
import type { Payment } from '../domain/payment.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import type { Gateway } from './gateway.ts';
import type { PaymentStore } from './ports/store.ts';

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

type Wanted = Pick<Payment, 'merchantId' | 'amount' | 'currency' | 'email'>;

/**
 * Begins a payment if its card and e-mail address stay within the flow's limits for the calendar month (UTC). Those of one
 * card or address take turns from the look at what was spent to the commit that `begin` makes, so that no two of them
 * pass by the same remainder.
 */
export async function withinMonthlyLimits<T>(
  gateway: Gateway,
  wanted: Wanted,
  flow: Flow | null,
  fingerprint: Buffer | null,
  begin: (payments: PaymentStore) => Promise<T>,
): Promise<T | Refusal> {
  const cardLimit = fingerprint ? flow?.monthlyCardLimits[wanted.currency] : undefined;
  const emailLimit = wanted.email ? flow?.monthlyEmailLimits[wanted.currency] : undefined;
  if (!flow || (cardLimit === undefined && emailLimit === undefined)) return begin(gateway.payments);
  const by = {
    fingerprint: cardLimit === undefined ? null : fingerprint,
    email: emailLimit === undefined ? null : wanted.email,
  };
  return gateway.payments.inTurn(wanted.merchantId, spendersOf(flow, by), async (payments) => {
    const now = gateway.clock.now();
    const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
    const spent = await payments.spentSince(wanted.merchantId, flow.id, wanted.currency, since, by);
    if (cardLimit !== undefined && spent.byCard + wanted.amount > cardLimit)
      return refuse('card_limit_exceeded', 'The monthly limit of this card is reached.', 'card');
    if (emailLimit !== undefined && spent.byEmail + wanted.amount > emailLimit)
      return refuse('email_limit_exceeded', 'The monthly limit of this e-mail address is reached.', 'email');
    return begin(payments);
  });
}

function spendersOf(
  flow: Flow,
  { fingerprint, email }: { readonly fingerprint: Buffer | null; readonly email: string | null },
): string[] {
  return [
    ...(fingerprint ? [`${flow.id} card ${fingerprint.toString('hex')}`] : []),
    ...(email ? [`${flow.id} email ${email.toLowerCase()}`] : []),
  ];
}
