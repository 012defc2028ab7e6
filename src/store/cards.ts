import { DatabaseError } from 'pg';
import type { CardId, CardTokenId, MerchantId, PaymentMethodId } from '../domain/ids.ts';
import type { PaymentMethod } from '../domain/payment-method.ts';
import type { CardholderBrowser } from '../domain/risk/facts.ts';
import type { CardStore, NewCard } from '../usecases/ports/store.ts';
import type { Database } from './database.ts';
import { type KeyedRowsQuery, keyedRows } from './keyed-rows.ts';
import { Parameters } from './parameters.ts';
import { type CardFaceRow, cardFaceFromRow, cardFaceJson } from './payment-row.ts';
import * as writes from './writes.ts';

interface PaymentMethodRow {
  readonly id: PaymentMethodId;
  readonly merchant_id: MerchantId;
  readonly customer_reference: string;
  readonly hex_token: string;
  readonly status: PaymentMethod['status'];
  readonly blocked_reason: string | null;
  readonly is_default: boolean;
  readonly nickname: string | null;
  readonly declared_funding: 'credit' | 'debit' | null;
  readonly network_transaction_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly fingerprint: Buffer;
  readonly card: CardFaceRow;
}

const methodColumns = `m.id, m.merchant_id, m.customer_reference, m.hex_token, m.status, m.blocked_reason, m.is_default, m.nickname,
  m.declared_funding, m.network_transaction_id, m.fingerprint, m.created_at, m.updated_at, ${cardFaceJson('c')} as card`;
const methodTables = 'payment_methods m join cards c on c.id = m.card_id';

function methodFromRow(row: PaymentMethodRow): PaymentMethod {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    customerReference: row.customer_reference,
    hexToken: row.hex_token,
    status: row.status,
    blockedReason: row.blocked_reason,
    isDefault: row.is_default,
    nickname: row.nickname,
    declaredFunding: row.declared_funding,
    card: cardFaceFromRow(row.card),
    fingerprint: row.fingerprint,
    networkTransactionId: row.network_transaction_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The CardStore over PostgreSQL: tokens, saved cards and the faces of cards. */
export function createCardStore(database: Database): CardStore {
  const readToken = keyedRows<TokenRow>(database, tokensById);
  const readMethod = keyedRows<PaymentMethodRow>(database, methodsById);
  return {
    insertToken: (token) => insertToken(database, token),
    async findToken(merchantId, id) {
      const row = await readToken(merchantId, id);
      return row && tokenFromRow(row);
    },
    async findPaymentMethod(merchantId, by) {
      if (!('id' in by)) return findPaymentMethod(database, merchantId, by);
      const row = await readMethod(merchantId, by.id);
      return row && methodFromRow(row);
    },
    findPaymentMethodByFingerprint: (merchantId, customerReference, fingerprint) =>
      findPaymentMethodByFingerprint(database, merchantId, customerReference, fingerprint),
    listPaymentMethods: (merchantId, customerReference) =>
      listPaymentMethods(database, merchantId, customerReference),
    findFingerprint: (merchantId, cardId) => findFingerprint(database, merchantId, cardId),
    insertPaymentMethod: (method, card) => insertPaymentMethod(database, method, card),
    setPaymentMethodStatus: (merchantId, id, change) =>
      setPaymentMethodStatus(database, merchantId, id, change),
    detachPaymentMethod: (merchantId, id, at) => detachPaymentMethod(database, merchantId, id, at),
  };
}

function cardWrites(parameters: Parameters, merchantId: MerchantId, card: NewCard, now: Date): string {
  const queries = [
    'source as (select 1)',
    `card as (${writes.insertCard(parameters, 'source', merchantId, card, now)})`,
    `pan as (${writes.insertPan(parameters, 'source', merchantId, card, now)})`,
  ];
  if (card.sealed.sealedCvc)
    queries.push(`cvc as (${writes.insertCvc(parameters, 'source', merchantId, card)})`);
  return queries.join(',\n');
}

async function insertToken(
  database: Database,
  token: {
    id: CardTokenId;
    merchantId: MerchantId;
    card: NewCard;
    createdAt: Date;
    expiresAt: Date;
    browser: CardholderBrowser;
  },
): Promise<void> {
  const parameters = new Parameters();
  const before = cardWrites(parameters, token.merchantId, token.card, token.createdAt);
  const insert = writes.insertFrom('source', 'card_tokens', [
    ['id', parameters.text(token.id)],
    ['merchant_id', parameters.text(token.merchantId)],
    ['card_id', parameters.text(token.card.face.id)],
    ['created_at', parameters.time(token.createdAt)],
    ['expires_at', parameters.time(token.expiresAt)],
    ['client_ip', parameters.text(token.browser.ip)],
    ['client_device', parameters.text(token.browser.device)],
  ]);
  await database.query({
    name: token.card.sealed.sealedCvc ? 'insert-token-with-cvc' : 'insert-token',
    text: `with ${before} ${insert}`,
    values: parameters.values,
  });
}

interface TokenRow {
  readonly card: CardFaceRow;
  readonly fingerprint: Buffer;
  readonly used_by: string | null;
  readonly expires_at: Date;
  readonly client_ip: string | null;
  readonly client_device: string | null;
}

const tokensById: KeyedRowsQuery = {
  name: 'find-tokens-by-id',
  columns: `t.merchant_id, ${cardFaceJson('c')} as card, c.fingerprint, t.used_by, t.expires_at, t.client_ip, t.client_device`,
  from: 'card_tokens t join cards c on c.id = t.card_id',
  keyed: 't',
};

function tokenFromRow(row: TokenRow): NonNullable<Awaited<ReturnType<CardStore['findToken']>>> {
  return {
    face: cardFaceFromRow(row.card),
    fingerprint: row.fingerprint,
    usedBy: row.used_by,
    expiresAt: row.expires_at,
    browser: { ip: row.client_ip, device: row.client_device },
  };
}

const methodsById: KeyedRowsQuery = {
  name: 'find-payment-methods-by-id',
  columns: methodColumns,
  from: methodTables,
  keyed: 'm',
};

async function findPaymentMethod(
  database: Database,
  merchantId: MerchantId,
  by: { readonly id: PaymentMethodId } | { readonly hexToken: string },
): Promise<PaymentMethod | null> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['hex_token', by.hexToken];
  const { rows } = await database.query<PaymentMethodRow>({
    name: `find-payment-method-by-${column}`,
    text: `select ${methodColumns} from ${methodTables} where m.merchant_id = $1 and m.${column} = $2`,
    values: [merchantId, value],
  });
  return rows[0] ? methodFromRow(rows[0]) : null;
}

async function findPaymentMethodByFingerprint(
  database: Database,
  merchantId: MerchantId,
  customerReference: string,
  fingerprint: Buffer,
): Promise<PaymentMethod | null> {
  const { rows } = await database.query<PaymentMethodRow>({
    name: 'find-payment-method-by-fingerprint',
    text: `select ${methodColumns} from ${methodTables}
      where m.merchant_id = $1 and m.customer_reference = $2 and m.fingerprint = $3 and m.status <> 'detached'`,
    values: [merchantId, customerReference, fingerprint],
  });
  return rows[0] ? methodFromRow(rows[0]) : null;
}

async function findFingerprint(
  database: Database,
  merchantId: MerchantId,
  cardId: CardId,
): Promise<Buffer | null> {
  const { rows } = await database.query<{ fingerprint: Buffer }>({
    name: 'find-fingerprint-of-card',
    text: 'select merchant_id, fingerprint from cards where merchant_id = $1 and id = $2',
    values: [merchantId, cardId],
  });
  return rows[0]?.fingerprint ?? null;
}

async function listPaymentMethods(
  database: Database,
  merchantId: MerchantId,
  customerReference: string,
): Promise<PaymentMethod[]> {
  const { rows } = await database.query<PaymentMethodRow>({
    name: 'list-payment-methods',
    text: `select ${methodColumns} from ${methodTables}
      where m.merchant_id = $1 and m.customer_reference = $2 and m.status <> 'detached'
      order by m.created_at desc, m.id desc limit 1000`,
    values: [merchantId, customerReference],
  });
  return rows.map(methodFromRow);
}

async function insertPaymentMethod(
  database: Database,
  method: PaymentMethod,
  card: NewCard,
): Promise<boolean> {
  const parameters = new Parameters();
  const before = cardWrites(parameters, method.merchantId, card, method.createdAt);
  const columns = writes.paymentMethodColumns(parameters, method);
  // A savepoint of its own: the refusal of a known card must not spoil the caller's transaction.
  const insert = () =>
    database.transaction((inner) =>
      inner.query({
        name: 'insert-payment-method',
        text: `with ${before} ${writes.insertFrom('source', 'payment_methods', columns)}`,
        values: parameters.values,
      }),
    );
  try {
    // Another first card became the default at the same moment: the second time this one sees it.
    await insert().catch((error: unknown) =>
      isRefusedBy(error, 'payment_methods_default') ? insert() : Promise.reject(error),
    );
    return true;
  } catch (error) {
    if (isRefusedBy(error, 'payment_methods_card')) return false;
    throw error;
  }
}

function isRefusedBy(error: unknown, constraint: string): boolean {
  return error instanceof DatabaseError && error.constraint === constraint;
}

async function setPaymentMethodStatus(
  database: Database,
  merchantId: MerchantId,
  id: PaymentMethodId,
  change: { status: 'active' | 'blocked'; blockedReason: string | null; at: Date },
): Promise<PaymentMethod | null> {
  await database.query({
    name: 'set-payment-method-status',
    text: `update payment_methods set status = $3, blocked_reason = $4, updated_at = $5
      where merchant_id = $1 and id = $2 and status <> 'detached'
        and (status, coalesce(blocked_reason, '')) is distinct from ($3, coalesce($4, ''))
      returning sallyport_own(merchant_id, $1)`,
    values: [merchantId, id, change.status, change.blockedReason, change.at.toISOString()],
  });
  const method = await findPaymentMethod(database, merchantId, { id });
  return method && method.status !== 'detached' ? method : null;
}

async function detachPaymentMethod(
  database: Database,
  merchantId: MerchantId,
  id: PaymentMethodId,
  at: Date,
): Promise<PaymentMethod | null> {
  const { rowCount } = await database.query({
    name: 'detach-payment-method',
    text: `with detached as (
        update payment_methods set status = 'detached', updated_at = $3, is_default = false
        where merchant_id = $1 and id = $2 and status <> 'detached' returning merchant_id, fingerprint, sallyport_own(merchant_id, $1)
      ), erased as (
        delete from vault.pans using detached, cards
        where cards.merchant_id = detached.merchant_id and cards.fingerprint = detached.fingerprint
          and vault.pans.card_id = cards.id
          and not exists (select 1 from payment_methods other where other.card_id = cards.id and other.id <> $2 and other.status <> 'detached')
          and not exists (select 1 from payments p where p.card_id = cards.id and p.state in ('authenticating', 'authorizing'))
          and not exists (select 1 from card_tokens t where t.card_id = cards.id and t.used_by is null)
      ) select 1 from detached`,
    values: [merchantId, id, at.toISOString()],
  });
  return rowCount === 1 ? findPaymentMethod(database, merchantId, { id }) : null;
}
