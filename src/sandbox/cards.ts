import type { CardBrand } from '../domain/card.ts';

/** What goes wrong on the wire, or in the bank, with a card made for it. */
export const faults = [
  'timeout_after_authorizing',
  'reset_after_authorizing',
  'error_500_after_authorizing',
  'garbage_answer',
  'never_received',
  'approves_twice',
  'approves_late',
  'approves_partial_amount',
  'wrong_currency',
  'capture_answer_lost',
  'refund_answer_lost',
  'inquiry_contradicts',
  'reversal_refused',
] as const;
export type Fault = (typeof faults)[number];

/** What the bank answers, as the table of test cards says it. */
export type CardOutcome =
  | 'approved'
  | 'card_declined'
  | 'insufficient_funds'
  | 'expired_card'
  | 'incorrect_cvc'
  | 'lost_card'
  | 'stolen_card'
  | 'do_not_honor'
  | 'fraud_suspected'
  | 'processing_error'
  | 'issuer_unavailable'
  | 'approved_once'
  | 'approved_then_chargeback'
  | 'approved_refund_fails';

/**
 * What the issuer wants of the cardholder. `none`: payments are approved without authentication, and an authentication
 * that is asked for ends in a challenge only when a challenge is mandated. Every other card is declined with
 * `authentication_required` until a proof comes along: after a challenge, without one (`frictionless`), as an attempt
 * (`attempted`), never because the issuer cannot (`unavailable`), or never because it will not (`rejected`).
 */
export type CardThreeDs = 'none' | 'challenge' | 'frictionless' | 'attempted' | 'unavailable' | 'rejected';

export interface SandboxCard {
  readonly number: string;
  readonly brand: CardBrand;
  readonly outcome: CardOutcome;
  readonly three_ds: CardThreeDs;
  readonly fault?: Fault;
  /** What the bank answers about address and code beside an approval; not checked, and matching, where left out. */
  readonly avs_result?: string;
  readonly cvc_result?: string;
  /** Whose documentation the number comes from; `sallyport` marks our own. */
  readonly source: 'zafapay' | 'eximpe' | 'sallyport';
  readonly note: string;
}

const anyDetails = 'Any future expiry and any security code.';
const oneTimeCodes = 'Where a challenge is asked, the one-time code 123456 authenticates.';

const documented: readonly SandboxCard[] = [
  zafapay('4242424242424242', 'approved', 'none', `Payment succeeds. ${anyDetails}`),
  zafapay(
    '4000002500003155',
    'approved',
    'challenge',
    'Needs 3-D Secure; the button or one-time code on the issuer page decides. Charged later without the cardholder, it succeeds if it was saved through 3-D Secure.',
  ),
  zafapay('4000000000000002', 'card_declined', 'none', 'Declined.'),
  zafapay('4000000000009995', 'insufficient_funds', 'none', 'Declined for insufficient funds.'),
  eximpe('5123456789012346', 'mastercard', 'Documented credit card.'),
  eximpe('4012001037141112', 'visa', 'Documented credit card.'),
  eximpe('5497774415170603', 'mastercard', 'Documented credit card.'),
  eximpe('6082015309577308', 'rupay', 'Documented credit card.'),
  eximpe('5118700000000003', 'mastercard', 'Documented debit card.'),
  eximpe('4594538050639999', 'visa', 'Documented debit card.'),
  eximpe('4895380110000003', 'visa', 'Documented debit card.'),
  eximpe('4706131211212123', 'visa', 'Client sample, debit.'),
  eximpe('4062288312345026', 'visa', 'Client sample, debit.'),
  eximpe('4576238912771450', 'visa', 'Client sample, credit.'),
  eximpe('4444333322221111', 'visa', 'Client sample, credit.'),
  eximpe('5409162669381034', 'mastercard', 'Client sample, debit.'),
  eximpe('5445856839524391', 'mastercard', 'Client sample, debit.'),
  eximpe('5105105105105100', 'mastercard', 'Client sample, credit.'),
  eximpe('5176539438527826', 'mastercard', 'Client sample, credit.'),
  eximpe('6074825972083818', 'rupay', 'Client sample, debit.'),
  eximpe('6074828163369590', 'rupay', 'Client sample, debit.'),
  eximpe('6528591234543575', 'rupay', 'Client sample, credit.'),
  eximpe('4111111111111111', 'visa', 'Card token sample.'),
  eximpe('5506900480000008', 'mastercard', 'Card token sample.'),
  eximpe('6521123456789012', 'rupay', 'Card token sample.'),
  eximpe('378282246310005', 'amex', 'Card token sample; its security code has four digits.'),
];

const ours: readonly SandboxCard[] = [
  our('5555555555554444', 'approved', 'none', 'Payment succeeds.', 'mastercard'),
  our('3530111333300000', 'approved', 'none', 'Payment succeeds.', 'jcb'),
  our('4000000000000069', 'expired_card', 'none', 'Declined as expired, whatever the expiry.'),
  our('4000000000000127', 'incorrect_cvc', 'none', 'Declined for its security code, whatever the code.'),
  our('4000000000000119', 'processing_error', 'none', 'Declined with a processing error.'),
  our('4000000000009987', 'lost_card', 'none', 'Declined as lost.'),
  our('4000000000009979', 'stolen_card', 'none', 'Declined as stolen.'),
  our('4100000000000019', 'fraud_suspected', 'none', 'Declined on suspicion of fraud.'),
  our('4000009800000013', 'do_not_honor', 'none', 'Declined without a reason.'),
  our('4000009800000021', 'issuer_unavailable', 'none', 'Declined because the issuer cannot be reached.'),
  our(
    '4000000000000341',
    'approved_once',
    'none',
    'Can be paid with and saved, then is declined when charged later.',
  ),
  our('4000000000000259', 'approved_then_chargeback', 'none', 'Succeeds, then the cardholder disputes it.'),
  our('4000000000005126', 'approved_refund_fails', 'none', 'Succeeds, but its refunds are declined.'),
  our(
    '4000009700000014',
    'approved',
    'frictionless',
    '3-D Secure always asked; authenticated without a challenge.',
  ),
  our('4000009700000022', 'approved', 'attempted', '3-D Secure always asked; answered as an attempt.'),
  our(
    '4000009700000030',
    'approved',
    'unavailable',
    '3-D Secure always asked; the issuer cannot authenticate.',
  ),
  our(
    '4000009700000048',
    'approved',
    'rejected',
    '3-D Secure always asked; the issuer refuses to authenticate.',
  ),
];

const checked: readonly SandboxCard[] = [
  answering('4000009600000015', 'Y', 'M', 'Approved; address, postcode and code match.'),
  answering('4000009600000023', 'N', 'M', 'Approved, though neither address nor postcode match.'),
  answering('4000009600000031', 'Z', 'M', 'Approved; the postcode matches, the address does not.'),
  answering('4000009600000049', 'Y', 'N', 'Approved, though the security code does not match.'),
  answering('4000009600000056', 'U', 'P', 'Approved; the issuer checked neither address nor code.'),
];

const faulty: readonly SandboxCard[] = [
  fault('4000009900000012', 'timeout_after_authorizing', 'Authorized, but the bank never answers.'),
  fault('4000009900000020', 'reset_after_authorizing', 'Authorized, then the connection is reset.'),
  fault('4000009900000038', 'error_500_after_authorizing', 'Authorized, but the bank answers 500.'),
  fault('4000009900000046', 'garbage_answer', 'Authorized, but the answer makes no sense.'),
  fault('4000009900000053', 'never_received', 'The bank hangs up without having read it: nothing is booked.'),
  fault(
    '4000009900000061',
    'approves_twice',
    'Booked twice under one reference; the second is never mentioned.',
  ),
  fault(
    '4000009900000079',
    'approves_late',
    'Silence and not found at first; booked 60 seconds later or at the second inquiry.',
  ),
  fault('4000009900000087', 'approves_partial_amount', 'Approved for half of the amount.'),
  fault('4000009900000095', 'wrong_currency', 'Approved in EUR, or in USD when EUR was asked.'),
  fault('4000009900000103', 'capture_answer_lost', 'Approved; a capture is booked and its answer lost.'),
  fault('4000009900000111', 'refund_answer_lost', 'Approved; a refund is booked and its answer lost.'),
  fault('4000009900000129', 'inquiry_contradicts', 'Approved and held; an inquiry about it says declined.'),
  fault(
    '4000009900000137',
    'reversal_refused',
    'Approved for half of the amount; the first two reversals are refused.',
  ),
];

/** Every test card of the sandbox, in the order in which it is shown. */
export const sandboxCards: readonly SandboxCard[] = [...documented, ...ours, ...checked, ...faulty];

const cardByNumber: ReadonlyMap<string, SandboxCard> = new Map(
  sandboxCards.map((card) => [card.number, card]),
);
const cardByName: ReadonlyMap<string, SandboxCard> = new Map(
  sandboxCards.map((card) => [cardName(card.number), card]),
);

/** The test card with this number, digits only; undefined when it is not listed. */
export function findSandboxCard(number: string): SandboxCard | undefined {
  return cardByNumber.get(number);
}

/** The test card that the bank's book calls by this name. */
export function findSandboxCardByName(name: string): SandboxCard | undefined {
  return cardByName.get(name);
}

/** What the bank's book calls a card: first six and last four, so that no number stands in it (`424242-4242`). */
export function cardName(number: string): string {
  return `${number.slice(0, 6)}-${number.slice(-4)}`;
}

function zafapay(number: string, outcome: CardOutcome, threeDs: CardThreeDs, note: string): SandboxCard {
  return { number, brand: 'visa', outcome, three_ds: threeDs, source: 'zafapay', note };
}

function eximpe(number: string, brand: CardBrand, note: string): SandboxCard {
  return {
    number,
    brand,
    outcome: 'approved',
    three_ds: 'none',
    source: 'eximpe',
    note: `${note} ${oneTimeCodes}`,
  };
}

function our(
  number: string,
  outcome: CardOutcome,
  threeDs: CardThreeDs,
  note: string,
  brand: CardBrand = 'visa',
): SandboxCard {
  return { number, brand, outcome, three_ds: threeDs, source: 'sallyport', note };
}

function answering(number: string, avsResult: string, cvcResult: string, note: string): SandboxCard {
  return {
    ...our(number, 'approved', 'none', note),
    avs_result: avsResult,
    cvc_result: cvcResult,
  };
}

function fault(number: string, name: Fault, note: string): SandboxCard {
  return {
    number,
    brand: 'visa',
    outcome: 'approved',
    three_ds: 'none',
    fault: name,
    source: 'sallyport',
    note,
  };
}
