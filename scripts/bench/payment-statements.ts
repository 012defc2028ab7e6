import type { Cvc, Pan } from '../../src/domain/card.ts';
import type { Currency } from '../../src/domain/currency.ts';
import { minorUnits } from '../../src/domain/money.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { Database, Statement } from '../../src/store/database.ts';
import { createPaymentStore } from '../../src/store/payment-store.ts';
import type { CreatePayment, PaymentCard } from '../../src/usecases/commands.ts';
import { createPayment } from '../../src/usecases/create-payment.ts';
import type { Gateway } from '../../src/usecases/gateway.ts';
import { tokenizeCard } from '../../src/usecases/tokenize-card.ts';
import { demoMerchants } from '../../src/wiring/demo-merchants.ts';
import type { PaymentKind } from './cell.ts';
import { measuredCardholder, measuredExpiry, measuredPan, measuredPayment } from './merchant-calls.ts';

/** A value of a recorded statement: as it was, or the name of something that every payment has of its own. */
export type RecordedValue =
  | { readonly as: string | number | boolean | null }
  | { readonly bytes: string }
  | { readonly fresh: FreshName };
export type FreshName = 'payment' | 'attempt' | 'event' | 'uuid' | 'token' | 'card';

export interface RecordedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly RecordedValue[];
}

/** The two commits of one payment, and the rows of a token that others can be copied from. */
export interface RecordedPayment {
  readonly statements: readonly RecordedStatement[];
  readonly token: { readonly id: string; readonly cardId: string } | null;
}

/**
 * Takes one payment of each kind through the use case itself, on the real stores, and keeps the statements that the
 * payment store issued: what the floor repeats is what the gateway does, whatever becomes of it.
 */
export async function recordPayments(
  database: Database,
  real: Gateway,
): Promise<Record<PaymentKind, RecordedPayment>> {
  const issued: Statement[] = [];
  const payments = createPaymentStore(recordingDatabase(database, issued));
  const gateway: Gateway = { ...real, payments, acquirer: approvingAcquirer };
  const [demo] = demoMerchants;
  const caller = demo && (await gateway.directory.findByKey(demo.secretKey));
  if (!caller) throw new Error('the demonstration merchant is missing');
  const pay = async (card: PaymentCard, over: Partial<CreatePayment> = {}) => {
    issued.length = 0;
    const result = await createPayment(gateway, { ...commandFor(card), merchant: caller.merchant, ...over });
    if (result.kind !== 'done' || result.outcome.payment.status.state !== 'captured')
      throw new Error(`a recorded payment ended as ${JSON.stringify(result.kind)}, not as captured`);
    return { ...result.outcome, statements: [...issued] };
  };
  const makeToken = async () => {
    const result = await tokenizeCard(gateway, { merchant: caller.merchant, card: testCard() });
    if (result.kind !== 'done') throw new Error(`the test card was refused: ${result.refusal.message}`);
    return result.token;
  };
  const first = await makeToken();
  const saving = await pay(
    { from: 'token', tokenId: first.id },
    { saveCard: true, customerReference: measuredPayment.customer },
  );
  if (!saving.savedCard) throw new Error('the card was not saved');
  const saved = await pay(
    { from: 'saved', method: { id: saving.savedCard.id } },
    { customerReference: measuredPayment.customer, authentication: 'never' },
  );
  const token = await makeToken();
  const model = await makeToken();
  const paid = await pay({ from: 'token', tokenId: token.id });
  return {
    token: {
      statements: generalize(paid.statements, { token: token.id, card: token.face.id }),
      token: { id: model.id, cardId: model.face.id },
    },
    // The saved card is the same for all, so its id stays as it is.
    saved: { statements: generalize(saved.statements, {}), token: null },
  };
}

function recordingDatabase(database: Database, issued: Statement[]): Database {
  return {
    query: (statement) => {
      issued.push(statement);
      return database.query(statement);
    },
    transaction: () => {
      throw new Error(
        'a payment of the measured kind opened a transaction: the floor would miss its statements',
      );
    },
  };
}

/** Approves everything without a word over the network: here only what the gateway writes is of interest. */
const approvingAcquirer: Gateway['acquirer'] = {
  name: 'simulator',
  authorize: async ({ amount, currency }) => ({
    kind: 'approved',
    acquirerReference: 'sba_1',
    authorizationCode: '000001',
    networkTransactionId: '800000000000001',
    amount,
    currency,
    avsResult: null,
    cvcResult: 'M',
  }),
  capture: unused,
  void: unused,
  refund: unused,
  reverse: unused,
  inquire: unused,
};

async function unused(): Promise<never> {
  throw new Error('a payment of the measured kind needs no more than an authorization');
}

function testCard() {
  return {
    pan: new Secret(measuredPan as Pan),
    cvc: new Secret('123' as Cvc),
    expiry: measuredExpiry,
    cardholderName: measuredCardholder,
  };
}

function commandFor(card: PaymentCard): Omit<CreatePayment, 'merchant'> {
  return {
    dialect: 'zafapay',
    newNumbers: null,
    amount: minorUnits(BigInt(measuredPayment.amount.replace('.', ''))),
    currency: measuredPayment.currency as Currency,
    captureMethod: null,
    flowId: null,
    card,
    authentication: 'when_issuer_asks',
    challengeSeconds: 1800,
    hostedSeconds: 86_400,
    notificationUrl: () => 'http://127.0.0.1:1/',
    customerReference: null,
    saveCard: false,
    savedCardLabel: { nickname: null, declaredFunding: null },
    merchantReference: null,
    returnUrl: null,
    metadata: {},
    email: null,
    phone: null,
    productName: null,
    details: {},
    claim: null,
    render: () => ({ status: 201, body: '{}' }),
  };
}

/** Puts names in the place of all ids that no two payments share. */
function generalize(
  statements: readonly Statement[],
  known: Partial<Record<FreshName, string>>,
): RecordedStatement[] {
  const names = new Map(Object.entries(known).map(([name, id]) => [id, name as FreshName]));
  const kinds: readonly (readonly [RegExp, FreshName])[] = [
    [/^tx_[0-9A-Za-z]+$/, 'payment'],
    [/^att_[0-9A-Za-z]+$/, 'attempt'],
    [/^evt_[0-9A-Za-z]+$/, 'event'],
    [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'uuid'],
  ];
  const value = (found: unknown): RecordedValue => {
    if (Buffer.isBuffer(found)) return { bytes: found.toString('base64') };
    if (typeof found === 'string') {
      const fresh = names.get(found) ?? kinds.find(([pattern]) => pattern.test(found))?.[1];
      return fresh ? { fresh } : { as: found };
    }
    if (found === null || typeof found === 'number' || typeof found === 'boolean') return { as: found };
    throw new TypeError(`a statement has a value of type ${typeof found}, which the floor cannot repeat`);
  };
  return statements.map(({ name, text, values }) => ({ name, text, values: values.map(value) }));
}
