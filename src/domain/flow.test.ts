import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Currency } from './currency.ts';
import { findFlowFault } from './flow.ts';
import type { MerchantId } from './ids.ts';
import type { Flow, Mode } from './merchant.ts';
import { minorUnits } from './money.ts';

const usd = 'USD' as Currency;
const flow: Flow = {
  id: 'flow_default',
  merchantId: 'mer_1' as MerchantId,
  active: true,
  captureMethod: 'automatic',
  currencies: [usd],
  minimumAmounts: {},
  maximumAmounts: {},
  successRedirectUrl: null,
  failureRedirectUrl: null,
  retryAfterDecline: false,
  monthlyCardLimits: {},
  monthlyEmailLimits: {},
  refundFees: {},
};
const bounds = (minimum: bigint, maximum: bigint) => ({
  minimumAmounts: { USD: minorUnits(minimum) },
  maximumAmounts: { USD: minorUnits(maximum) },
});

const cases: [title: string, change: Partial<Flow>, mode: Mode, fault: RegExp | null][] = [
  ['as it is made', {}, 'live', null],
  ['with bounds that touch', bounds(500n, 500n), 'live', null],
  ['with a minimum above its maximum', bounds(501n, 500n), 'live', /minimum of USD is above/],
  ['without a currency', { currencies: [] }, 'live', /at least one currency/],
  ['of another prefix', { id: 'default' }, 'live', /id is flow_/],
  ['with a quote in its id', { id: "flow_'x" }, 'live', /id is flow_/],
  ['with an https address', { successRedirectUrl: 'https://shop.example/x?y#z' }, 'live', null],
  [
    'with a plain one',
    { failureRedirectUrl: 'http://shop.example/' },
    'live',
    /failure redirect must be an https/,
  ],
  ['with a plain one on this machine', { failureRedirectUrl: 'http://localhost:3000/' }, 'sandbox', null],
  [
    'with the same in live mode',
    { failureRedirectUrl: 'http://localhost:3000/' },
    'live',
    /must be an https/,
  ],
  [
    'with a script for an address',
    { successRedirectUrl: 'javascript:alert(1)' },
    'sandbox',
    /success redirect/,
  ],
];
for (const [title, change, mode, fault] of cases) {
  test(`a flow ${title} is ${fault ? 'refused' : 'taken'}`, () => {
    const found = findFlowFault({ ...flow, ...change }, mode);
    if (fault) assert.match(found ?? '', fault);
    else assert.equal(found, null);
  });
}
