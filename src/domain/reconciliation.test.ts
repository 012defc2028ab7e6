import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minorUnits } from './money.ts';
import { compareLines, type DifferenceCause, type OurLine, type TheirLine } from './reconciliation.ts';

const none = minorUnits(0n);
const ten = minorUnits(1000n);

const captured: OurLine = {
  reference: 'att_1' as OurLine['reference'],
  paymentId: 'tx_1' as OurLine['paymentId'],
  merchantId: 'mer_1' as OurLine['merchantId'],
  attemptState: 'approved',
  stands: true,
  acquirerReference: 'b1',
  amount: ten,
  currency: 'USD',
  paymentState: 'captured',
  captured: ten,
  refunded: none,
  refunding: none,
};
const authorized: OurLine = { ...captured, paymentState: 'authorized', captured: none };
const failed: OurLine = {
  ...captured,
  attemptState: 'declined',
  stands: false,
  paymentState: 'failed',
  captured: none,
};
const voided: OurLine = { ...captured, stands: false, paymentState: 'voided', captured: none };

const taken: TheirLine = {
  acquirerReference: 'b1',
  state: 'captured',
  amount: ten,
  currency: 'USD',
  captured: ten,
  refunded: none,
};
const held: TheirLine = { ...taken, state: 'authorized', captured: none };
const released: TheirLine = { ...held, state: 'voided' };
const reversed: TheirLine = { ...held, state: 'reversed' };
const declined: TheirLine = { ...held, state: 'declined' };
const second: TheirLine = { ...taken, acquirerReference: 'b2' };
const givenBack: TheirLine = { ...taken, state: 'refunded', refunded: ten };

type Row = [
  says: string,
  ours: OurLine | null,
  theirs: TheirLine[],
  expected: [cause: DifferenceCause, line: string | null, remedy: 'reverse_all' | 'reverse_line' | null][],
];
const rows: Row[] = [
  ['both captured', captured, [taken], []],
  ['both authorized', authorized, [held], []],
  ['both given back in full', { ...captured, refunded: ten }, [givenBack], []],
  [
    'a refund under way counts there already',
    { ...captured, refunding: minorUnits(400n) },
    [{ ...taken, refunded: minorUnits(400n) }],
    [],
  ],
  ['declined there, failed here', failed, [declined], []],
  ['never received there, failed here', failed, [], []],
  ['voided on both sides', voided, [released], []],
  [
    'reversed there, reversed here',
    { ...captured, attemptState: 'reversed', stands: false, paymentState: 'failed' },
    [reversed],
    [],
  ],
  ['unknown here, held there: to be found out', { ...failed, attemptState: 'unknown' }, [held], []],
  ['being reversed here, held there', { ...failed, attemptState: 'reversing' }, [held], []],
  ['declined there, unknown reference', null, [declined], []],
  ['reversed there, unknown reference', null, [reversed], []],
  ['money there, unknown reference', null, [taken], [['at_bank_only', 'b1', null]]],
  ['money given back there, unknown reference', null, [givenBack], [['at_bank_only', 'b1', null]]],
  ['nothing there', captured, [], [['ours_only', null, null]]],
  ['another currency', captured, [{ ...taken, currency: 'EUR' }], [['currency_differs', 'b1', null]]],
  ['another amount', captured, [{ ...taken, amount: minorUnits(500n) }], [['amount_differs', 'b1', null]]],
  ['held there, captured here', captured, [held], [['state_differs', 'b1', null]]],
  ['reversed there, captured here', captured, [reversed], [['state_differs', 'b1', null]]],
  ['captured there, authorized here', authorized, [taken], [['state_differs', 'b1', null]]],
  ['released there, authorized here', authorized, [released], [['state_differs', 'b1', null]]],
  [
    'less captured there',
    captured,
    [{ ...taken, captured: minorUnits(999n) }],
    [['captured_differs', 'b1', null]],
  ],
  [
    'more refunded there',
    captured,
    [{ ...taken, refunded: minorUnits(1n) }],
    [['refunded_differs', 'b1', null]],
  ],
  [
    'less refunded there',
    { ...captured, refunded: minorUnits(400n) },
    [taken],
    [['refunded_differs', 'b1', null]],
  ],
  [
    'a second line in force',
    captured,
    [taken, second],
    [['two_authorizations_for_one_attempt', 'b2', 'reverse_line']],
  ],
  [
    'the known line comes second',
    { ...captured, acquirerReference: 'b2' },
    [taken, second],
    [['two_authorizations_for_one_attempt', 'b1', 'reverse_line']],
  ],
  ['a second line that was reversed', captured, [taken, { ...second, state: 'reversed' }], []],
  ['held there, failed here', failed, [held], [['live_at_bank_but_failed_here', 'b1', 'reverse_all']]],
  ['captured there, failed here', failed, [taken], [['live_at_bank_but_failed_here', 'b1', 'reverse_all']]],
  ['held there, voided here', voided, [held], [['live_at_bank_but_failed_here', 'b1', 'reverse_all']]],
  [
    'in force there, while the payment stands by another attempt',
    { ...captured, stands: false },
    [taken],
    [['live_at_bank_but_failed_here', 'b1', 'reverse_all']],
  ],
];

for (const [says, ours, theirs, expected] of rows) {
  const causes = expected.map(([cause, , remedy]) => (remedy ? `${cause}, ${remedy}` : cause));
  test(`${says}: ${causes.join(' and ') || 'no difference'}`, () => {
    assert.deepEqual(
      compareLines(ours, theirs).map(({ cause, theirs: line, remedy }) => [
        cause,
        line?.acquirerReference ?? null,
        remedy,
      ]),
      expected,
    );
  });
}
