import { createHash } from 'node:crypto';
import { DatabaseError } from 'pg';
import type { Attempt } from '../domain/attempt.ts';
import type { MerchantId } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import type { VelocityCount } from '../domain/risk/velocity.ts';
import { assert } from '../lib/assert.ts';
import type { AttemptToCount } from '../usecases/ports/risk.ts';
import type {
  Authentication,
  ChangeResult,
  OpenResult,
  PaymentChange,
  PaymentFilter,
  PaymentName,
  PaymentOpening,
} from '../usecases/ports/store.ts';
import type { Database, Statement } from './database.ts';
import { announceOpening } from './openings.ts';
import { Parameters } from './parameters.ts';
import {
  changingColumns,
  fixedColumns,
  type PaymentRow,
  paymentColumns,
  paymentFromRow,
} from './payment-row.ts';
import { type CounterRow, countAttempts, countersJson, countsOf } from './risk-counters.ts';
import { insertRiskDecisions } from './risk-decisions.ts';
import * as writes from './writes.ts';

/** What a unique constraint of ours says to the caller. */
const constraintMeanings = {
  payments_order_reference: 'reference_in_use',
  payments_order_number_key: 'number_taken',
  payments_order_payment_number_key: 'number_taken',
  refunds_number_key: 'number_taken',
  attempts_one_open: 'operation_in_progress',
  attempts_one_open_refund: 'operation_in_progress',
  attempts_one_reversal: 'operation_in_progress',
  payment_methods_card: 'saved_card_raced',
  payment_methods_default: 'saved_card_raced',
} as const;
type ConstraintMeaning = (typeof constraintMeanings)[keyof typeof constraintMeanings];

const uniqueViolation = '23505';
/** Raised by sallyport_refuse, whose message is the reason. */
const refusedByStatement = 'SP001';

function meaningOf(error: unknown): ConstraintMeaning | 'token_unavailable' | undefined {
  if (!(error instanceof DatabaseError)) return undefined;
  if (error.code === refusedByStatement && error.message === 'token_unavailable') return 'token_unavailable';
  if (error.code !== uniqueViolation) return undefined;
  const meanings: Record<string, ConstraintMeaning | undefined> = constraintMeanings;
  return meanings[error.constraint ?? ''];
}

/** A `with` list under construction; its shape, not its values, names the prepared statement. */
class WriteList {
  readonly parameters = new Parameters();
  readonly #queries: string[] = [];
  readonly #shape: string[] = [];

  add(name: string, query: string): void {
    this.#queries.push(`${name} as (${query})`);
    this.#shape.push(name);
  }

  /** `variant` must differ wherever a query's text differs for equal names. */
  finish(kind: string, variants: readonly string[], select: string): Statement {
    return {
      name: `${kind}-${shapeDigest([...this.#shape, ...variants].join(':'))}`,
      text: `with ${this.#queries.join(',\n')}\n${select}`,
      values: this.parameters.values,
    };
  }
}

const digests = new Map<string, string>();

/** PostgreSQL keeps 63 characters of a statement's name, so a long shape goes by its hash. */
function shapeDigest(shape: string): string {
  const known = digests.get(shape);
  if (known) return known;
  const digest = createHash('sha256').update(shape).digest('base64url').slice(0, 22);
  digests.set(shape, digest);
  return digest;
}

/** The first commit of a payment: key, card, payment and attempt in one statement, all or nothing. */
export async function openPayment(database: Database, opening: PaymentOpening): Promise<OpenResult> {
  return (await openCountedPayment(database, opening, [])).result;
}

/** The same, with the attempt counted under each value: in the same statement, once for each payment that is opened. */
export async function openCountedPayment(
  database: Database,
  opening: PaymentOpening,
  counting: readonly AttemptToCount[],
): Promise<{ result: OpenResult; counts: VelocityCount[] }> {
  const statement = openingStatement(opening, counting);
  try {
    const { rows } = await database.query<{ opened: number; counters?: CounterRow[] | null }>(statement);
    const row = rows[0];
    return {
      result: row?.opened === 1 ? 'opened' : 'key_seen',
      counts: countsOf(row?.counters ?? null, opening.payment.createdAt),
    };
  } catch (error) {
    const meaning = meaningOf(error);
    if (meaning === 'token_unavailable' || meaning === 'reference_in_use' || meaning === 'number_taken')
      return { result: meaning, counts: [] };
    throw error;
  }
}

function openingStatement(opening: PaymentOpening, counting: readonly AttemptToCount[]): Statement {
  const { payment, card, tokenId, attempt, authentication, claim } = opening;
  const list = new WriteList();
  const { parameters } = list;
  const now = payment.createdAt;
  const owner = { merchantId: payment.merchantId, paymentId: payment.id, refundId: null, now };
  if (claim) list.add('claim', writes.insertClaim(parameters, null, claim, owner, opening.answer));
  else list.add('claim', 'select 1');
  let ready = 'claim';
  if (tokenId) {
    const merchant = parameters.text(payment.merchantId);
    list.add(
      'token',
      `update card_tokens set used_by = ${parameters.text(payment.id)} from claim
       where card_tokens.id = ${parameters.text(tokenId)} and card_tokens.merchant_id = ${merchant}
         and card_tokens.used_by is null and card_tokens.expires_at > ${parameters.time(now)}
       returning ${writes.ownRow('card_tokens', merchant)}`,
    );
    ready = 'token';
  }
  if (card) {
    list.add('card', writes.insertCard(parameters, ready, payment.merchantId, card, now));
    list.add('pan', writes.insertPan(parameters, ready, payment.merchantId, card, now));
    if (card.sealed.sealedCvc) list.add('cvc', writes.insertCvc(parameters, ready, payment.merchantId, card));
  }
  const columns = [...fixedColumns(payment, parameters), ...changingColumns(payment, parameters)];
  list.add('payment', writes.insertFrom(ready, 'payments', columns));
  if (attempt) list.add('attempt', writes.insertAttempt(parameters, 'payment', attempt));
  if (authentication)
    list.add('authentication', writes.upsertAuthentication(parameters, 'payment', authentication));
  addOpening(list, 'payment', payment, { attempt, authentication });
  addCounting(list, 'payment', payment, counting, now);
  return list.finish(
    'open-payment',
    [claim ? 'keyed' : 'free'],
    `select (select count(*) from claim)::integer as claimed, (select count(*) from payment)::integer as opened,
      case when (select count(*) from claim) > (select count(*) from payment)
        then sallyport_refuse('token_unavailable') end${counting.length > 0 ? `, ${countersJson}` : ''}`,
  );
}

function addCounting(
  list: WriteList,
  source: string,
  payment: Payment,
  counting: readonly AttemptToCount[],
  now: Date,
): void {
  if (counting.length === 0) return;
  list.add('counted', countAttempts(list.parameters, source, payment.merchantId, counting, now));
}

/** An attempt or authentication that will read the card announces it in the commit that makes it. */
function addOpening(
  list: WriteList,
  source: string,
  payment: Payment,
  made: { readonly attempt: Attempt | null; readonly authentication: Authentication | null },
): void {
  if (!payment.card) return;
  const owner = { merchantId: payment.merchantId, cardId: payment.card.id };
  const { attempt, authentication } = made;
  if (attempt?.kind === 'authorization' || attempt?.kind === 'purchase') {
    const opening = { ...owner, reference: attempt.id, purpose: 'authorization' } as const;
    list.add('opening', announceOpening(list.parameters, source, opening));
  }
  if (authentication?.state === 'requested') {
    const opening = { ...owner, reference: authentication.id, purpose: 'authentication' } as const;
    list.add('authentication_opening', announceOpening(list.parameters, source, opening));
  }
}

/** Every later commit of a payment: its new state and all that follows from it, in one statement, all or nothing. */
export async function recordChange(database: Database, change: PaymentChange): Promise<ChangeResult> {
  return (await recordCountedChange(database, change, [])).result;
}

/** The same, with an attempt counted under each value, for a card that came after the payment was opened. */
export async function recordCountedChange(
  database: Database,
  change: PaymentChange,
  counting: readonly AttemptToCount[],
): Promise<{ result: ChangeResult; counts: VelocityCount[] }> {
  const statement = changeStatement(change, counting);
  const without = (result: ChangeResult): { result: ChangeResult; counts: VelocityCount[] } => ({
    result,
    counts: [],
  });
  try {
    const { rows } = await database.query<{
      claimed: number;
      changed: number;
      counters?: CounterRow[] | null;
    }>(statement);
    const row = rows[0];
    if (row?.changed === 1)
      return { result: 'recorded', counts: countsOf(row.counters ?? null, change.payment.updatedAt) };
    return without(row?.claimed === 0 ? 'key_seen' : 'version_moved');
  } catch (error) {
    const meaning = meaningOf(error);
    if (error instanceof DatabaseError && error.code === refusedByStatement)
      return without(error.message === 'saved_card_raced' ? 'saved_card_raced' : 'version_moved');
    if (meaning === 'operation_in_progress' || meaning === 'saved_card_raced' || meaning === 'number_taken')
      return without(meaning);
    throw error;
  }
}

function changeStatement(change: PaymentChange, counting: readonly AttemptToCount[]): Statement {
  const { payment, claim } = change;
  const list = new WriteList();
  const { parameters } = list;
  const owner = {
    merchantId: payment.merchantId,
    paymentId: payment.id,
    refundId: change.refund?.id ?? null,
    now: payment.updatedAt,
  };
  list.add(
    'claim',
    claim ? writes.insertClaim(parameters, null, claim, owner, change.answer?.answer ?? null) : 'select 1',
  );
  const assignments = changingColumns(payment, parameters).map(
    ([column, placeholder]) => `${column} = ${placeholder}`,
  );
  const merchant = parameters.text(payment.merchantId);
  list.add(
    'changed',
    `update payments set ${assignments.join(', ')} from claim
     where payments.id = ${parameters.text(payment.id)} and payments.merchant_id = ${merchant}
       and payments.version = ${parameters.integer(payment.version - 1)}
     returning ${writes.ownRow('payments', merchant)}`,
  );
  addDependentWrites(list, change);
  addCounting(list, 'changed', payment, counting, payment.updatedAt);
  const refreshesCard = change.savedCard !== undefined && !change.savedCard.isNew;
  // A claim without a change must not stay behind, nor a change with a saved card that was detached meanwhile: raising
  // undoes it.
  return list.finish(
    'record-change',
    [
      claim ? 'keyed' : 'free',
      change.savedCard ? (change.savedCard.isNew ? 'new-card' : 'known-card') : 'no-card',
    ],
    `select (select count(*) from claim)::integer as claimed, (select count(*) from changed)::integer as changed,
      case when (select count(*) from claim) > (select count(*) from changed) and ${claim ? 'true' : 'false'}
        then sallyport_refuse('version_moved') end${
          refreshesCard
            ? `,
      case when (select count(*) from changed) > (select count(*) from saved_card)
        then sallyport_refuse('saved_card_raced') end`
            : ''
        }${counting.length > 0 ? `, ${countersJson}` : ''}`,
  );
}

function addDependentWrites(list: WriteList, change: PaymentChange): void {
  const { payment, event, savedCard } = change;
  const { parameters } = list;
  const { merchantId } = payment;
  if (change.newCard) {
    list.add('card', writes.insertCard(parameters, 'changed', merchantId, change.newCard, payment.updatedAt));
    list.add('pan', writes.insertPan(parameters, 'changed', merchantId, change.newCard, payment.updatedAt));
    if (change.newCard.sealed.sealedCvc)
      list.add('cvc', writes.insertCvc(parameters, 'changed', merchantId, change.newCard));
  }
  if (change.attempt)
    list.add('attempt', writes.updateAttempt(parameters, 'changed', merchantId, change.attempt));
  if (change.refund) list.add('refund', writes.upsertRefund(parameters, 'changed', change.refund));
  // After the one that it follows: a payment has one open attempt, and the database looks at each row as it is written.
  if (change.newAttempt)
    list.add(
      'new_attempt',
      writes.insertAttempt(parameters, change.attempt ? 'attempt' : 'changed', change.newAttempt),
    );
  if (change.authentication) {
    list.add('authentication', writes.upsertAuthentication(parameters, 'changed', change.authentication));
  }
  addOpening(list, 'changed', payment, {
    attempt: change.newAttempt ?? null,
    authentication: change.authentication ?? null,
  });
  if (savedCard) list.add('saved_card', writes.writeSavedCard(parameters, 'changed', savedCard));
  if (event) {
    const saved = savedCard
      ? { paymentMethodId: savedCard.method.id, hexToken: savedCard.method.hexToken }
      : null;
    const snapshot = {
      payment,
      refund: change.refund ?? null,
      savedCard: saved,
      ...(change.dispute && { dispute: change.dispute }),
    };
    list.add('event', writes.insertEvent(parameters, 'changed', payment, event, snapshot));
    list.add('deliveries', writes.insertDeliveries(parameters, 'event', payment, event));
  }
  if (change.riskDecisions && change.riskDecisions.length > 0)
    list.add(
      'risk_decisions',
      insertRiskDecisions(parameters, 'changed', change.payment, change.riskDecisions),
    );
  if (change.alert) list.add('alert', writes.insertAlert(parameters, 'changed', payment, change.alert));
  if (change.closed)
    list.add('closed_attempt', writes.updateAttempt(parameters, 'changed', merchantId, change.closed));
  const ended = [change.attempt, change.closed].flatMap((update) => (update?.finishedAt ? [update.id] : []));
  if (change.closesAlerts && ended.length > 0)
    list.add('closed_alerts', writes.closeAlerts(parameters, 'changed', payment, ended));
  if (change.dropCvcOf)
    list.add('dropped_cvc', writes.deleteCvc(parameters, 'changed', merchantId, change.dropCvcOf));
  if (change.keepCvc) list.add('kept_cvc', writes.keepCvc(parameters, 'changed', merchantId, change.keepCvc));
  // A key that is claimed by this very statement got its answer with the claim.
  if (change.answer && !change.claim) {
    list.add(
      'answer',
      writes.keepAnswer(parameters, 'changed', merchantId, change.answer.keyHash, change.answer.answer),
    );
  }
}

/** The merchant's payment of that name; null for an unknown one and for another merchant's alike. */
export async function findPayment(
  database: Database,
  merchantId: MerchantId,
  name: PaymentName,
): Promise<Payment | null> {
  const [column, value] =
    'id' in name
      ? ['id', name.id]
      : 'orderNumber' in name
        ? ['order_number', name.orderNumber]
        : ['order_payment_number', name.orderPaymentNumber];
  const { rows } = await database.query<PaymentRow>({
    name: `find-payment-by-${column}`,
    text: `select ${paymentColumns} from payments p left join cards c on c.id = p.card_id
      where p.merchant_id = $1 and p.${column} = $2`,
    values: [merchantId, value],
  });
  return rows[0] ? paymentFromRow(rows[0]) : null;
}

/** The merchant's payments, newest first. */
export async function listPayments(
  database: Database,
  merchantId: MerchantId,
  filter: PaymentFilter,
): Promise<Payment[]> {
  assert(filter.limit > 0 && filter.limit <= 1000, 'a page holds 1 to 1000 payments');
  const { rows } = await database.query<PaymentRow>({
    name: 'list-payments',
    text: `select ${paymentColumns} from payments p left join cards c on c.id = p.card_id
      where p.merchant_id = $1
        and ($2::text is null or p.merchant_reference = $2)
        and ($3::text[] is null or p.state = any ($3))
        and ($4::text is null or p.customer_reference = $4)
        and ($5::timestamptz is null or p.created_at > $5)
        and ($6::timestamptz is null or (p.created_at, p.id) < ($6, $7))
        and ($9::text is null or $9 = 'none' or p.refunded > 0)
        and ($9::text is null or p.state <> 'captured'
          or case $9 when 'none' then p.refunded = 0 when 'whole' then p.refunded = p.captured
             else p.refunded > 0 and p.refunded < p.captured end)
      order by p.created_at desc, p.id desc limit $8`,
    values: [
      merchantId,
      filter.merchantReference ?? null,
      filter.states ?? null,
      filter.customerReference ?? null,
      filter.createdAfter ?? null,
      filter.after?.createdAt ?? null,
      filter.after?.id ?? null,
      filter.limit,
      filter.refunds ?? null,
    ],
  });
  return rows.map(paymentFromRow);
}
