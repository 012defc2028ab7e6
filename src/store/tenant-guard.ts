import { DatabaseError } from 'pg';
import type { Database, Statement, StatementResult } from './database.ts';

/** A statement would have crossed from one merchant to another: a bug of ours, stopped before anything left the store. */
export class TenantViolation extends Error {
  readonly code = 'tenant_violation';

  constructor(statement: string, problem: string) {
    super(`statement ${statement} ${problem}; nothing of it was given out or kept`);
    this.name = 'TenantViolation';
  }
}

/** Statements of the merchant-facing stores that serve no merchant in particular, and what confines them instead. */
const acrossMerchants: ReadonlyMap<string, string> = new Map([
  ['find-authentication-by-browser_token_hash', 'the unguessable part of a browser’s address'],
  ['find-authentication-by-id', 'the payment that names it, read for its merchant'],
  ['record-authentication-result', 'the unguessable part of an issuer’s address'],
  ['find-merchant-of-order', 'a signed link of ours'],
  ['claim-deliveries', 'the delivery worker, which serves all merchants'],
  ['finish-tries', 'the delivery worker'],
  ['disable-endpoint', 'the delivery worker'],
]);

const merchantTables =
  'payments|attempts|refunds|authentications|events|cards|card_tokens|payment_methods|webhook_endpoints|webhook_deliveries|idempotency_keys|flows|order_documents|order_amendments';
const reads = new RegExp(`\\b(?:from|join|using|update)\\s+(?:${merchantTables})\\b`);
const changes = new RegExp(
  `\\b(?:update|delete from)\\s+(${merchantTables})\\b(.*?)(?=\\breturning\\b|$)`,
  'gs',
);
const ownCondition = /\bmerchant_id = \$(\d+)/g;

/** Rows that several merchants asked for at the same moment, read together: `asked` holds the merchant of each place. */
const askedCondition = /\bmerchant_id = asked\.merchant_id\b/;
const askedMerchants = /\bunnest\(\(select \$(\d+)::text\[\]\)/;

/** Where a statement names the merchants it is confined to: indexes into its values. */
interface Confinement {
  readonly own: readonly number[];
  /** The array of the merchants that asked, one for each `place`; null when one merchant did. */
  readonly asked: number | null;
}

/**
 * The same database for stores that act on a merchant's behalf, with a second look at each statement: one that reads or
 * changes merchants' rows must be confined by `merchant_id = $n`, to one merchant, and no row of another may come back.
 * Updates carry `sallyport_own` (migration 0051), which refuses inside the database.
 *
 * @throws {TenantViolation} out of `query`.
 */
export function guardTenants(database: Database): Database {
  return {
    query: (statement) => queryGuarded(database, statement),
    transaction: (work) => database.transaction((inner) => work(guardTenants(inner))),
  };
}

async function queryGuarded<Row>(database: Database, statement: Statement): Promise<StatementResult<Row>> {
  if (acrossMerchants.has(statement.name)) return database.query<Row>(statement);
  const confinement = confinementOf(statement);
  const merchantId = confinedTo(statement, confinement);
  const asked = confinement.asked === null ? null : (statement.values[confinement.asked] as unknown[]);
  try {
    const result = await database.query<Row>(statement);
    for (const row of result.rows) judgeRow(statement, row, asked ? asked[placeOf(row) - 1] : merchantId);
    return result;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'SP003')
      throw new TenantViolation(statement.name, 'was about to change a row of another merchant');
    throw error;
  }
}

/** The merchant that the statement's conditions name; undefined when it only adds rows. */
function confinedTo(statement: Statement, { own }: Confinement): unknown {
  const merchants = new Set(own.map((index) => statement.values[index]));
  if (merchants.size > 1) throw new TenantViolation(statement.name, 'names two merchants');
  const [merchantId] = merchants;
  if (merchants.size === 1 && (typeof merchantId !== 'string' || merchantId === ''))
    throw new TenantViolation(statement.name, 'names no merchant where it should');
  return merchantId;
}

function placeOf(row: unknown): number {
  return (row as { place?: number }).place ?? 0;
}

function judgeRow(statement: Statement, row: unknown, merchantId: unknown): void {
  if (merchantId === undefined) return;
  const { merchant_id: column, merchantId: alias } = row as { merchant_id?: unknown; merchantId?: unknown };
  const owner = column ?? alias;
  if (owner !== undefined && owner !== merchantId)
    throw new TenantViolation(statement.name, 'brought a row of another merchant');
}

/** A statement's name means one text, so each text is judged once. */
const known = new Map<string, Confinement>();

function confinementOf(statement: Statement): Confinement {
  const earlier = known.get(statement.name);
  if (earlier) return earlier;
  const confinement = judgeText(statement);
  if (statement.name !== '') known.set(statement.name, confinement);
  return confinement;
}

function judgeText({ name, text }: Statement): Confinement {
  for (const [, table, rest = ''] of text.matchAll(changes)) {
    if (!/\bmerchant_id = \$\d+/.test(rest))
      throw new TenantViolation(name, `changes ${table} without the condition merchant_id = $n`);
    if (!text.includes('sallyport_own('))
      throw new TenantViolation(name, `changes ${table} without sallyport_own in its "returning"`);
  }
  const own = [...text.matchAll(ownCondition)].map(([, place]) => Number(place) - 1);
  if (own.length > 0 || !reads.test(text)) return { own, asked: null };
  const asked = askedCondition.test(text) ? askedMerchants.exec(text)?.[1] : undefined;
  if (asked !== undefined) return { own, asked: Number(asked) - 1 };
  throw new TenantViolation(name, 'reads rows of merchants without the condition merchant_id = $n');
}
