import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minorUnits } from '../../src/domain/money.ts';
import type { RiskFacts } from '../../src/domain/risk/facts.ts';
import { judgeRisk, noRules, readyPolicy } from '../../src/domain/risk/policy.ts';
import { parseConditions, type RiskAction, riskActions } from '../../src/domain/risk/rule.ts';
import { facts, list, rule } from './facts.ts';

const velocity = { fact: 'velocity', operator: 'above', of: 'ip', window: '1h', count: 5 };
const tried = (count: number): Partial<RiskFacts> => ({ velocity: [{ of: 'ip', window: '1h', count }] });

/** One condition, facts of which it holds, and facts of which it does not. */
const table: readonly [object, readonly Partial<RiskFacts>[], readonly Partial<RiskFacts>[]][] = [
  [{ fact: 'country', operator: 'in', values: ['us', 'NG'] }, [{}], [{ country: 'DE' }, { country: null }]],
  [{ fact: 'country', operator: 'not_in', values: ['US'] }, [{ country: 'DE' }, { country: null }], [{}]],
  [{ fact: 'country', operator: 'is_known' }, [{}], [{ country: null }]],
  [{ fact: 'bin', operator: 'in', values: ['424242'] }, [{}], [{ bin: '400000' }, { bin: null }]],
  [
    { fact: 'funding', operator: 'in', values: ['prepaid'] },
    [{ funding: 'prepaid' }],
    [{}, { funding: null }],
  ],
  [{ fact: 'brand', operator: 'in', values: ['visa'] }, [{}], [{ brand: 'amex' }]],
  [
    { fact: 'currency', operator: 'in', values: ['usd'] },
    [{}],
    [{ currency: 'EUR' as RiskFacts['currency'] }],
  ],
  [{ fact: 'initiator', operator: 'in', values: ['merchant'] }, [{ initiator: 'merchant' }], [{}]],
  [
    { fact: 'customer', operator: 'in', values: ['cust_1'] },
    [{}],
    [{ customer: 'CUST_1' }, { customer: null }],
  ],
  [
    { fact: 'fingerprint', operator: 'in', values: ['F'.repeat(64)] },
    [{}],
    [{ fingerprint: 'a'.repeat(64) }],
  ],
  [{ fact: 'email', operator: 'in', values: ['ADA@example.com'] }, [{}], [{ email: 'bob@example.com' }]],
  [
    { fact: 'email', operator: 'in', values: ['@example.com'] },
    [{}],
    [{ email: 'ada@sub.example.com' }, { email: null }],
  ],
  [
    { fact: 'ip', operator: 'in', values: ['203.0.113.7'] },
    [{}, { ip: '::ffff:203.0.113.7' }],
    [{ ip: '203.0.113.8' }],
  ],
  [
    { fact: 'ip', operator: 'in', values: ['203.0.113.0/24', '2001:db8::/32'] },
    [{}, { ip: '2001:db8:1::9' }],
    [{ ip: '203.0.114.1' }, { ip: '2001:db9::1' }, { ip: null }],
  ],
  [{ fact: 'ip', operator: 'not_in', values: ['0.0.0.0/0'] }, [{ ip: '2001:db8::1' }, { ip: null }], [{}]],
  [
    { fact: 'amount', operator: 'at_least', amount: '1000', currency: 'USD' },
    [{}, { amount: minorUnits(1001n) }],
    [{ amount: minorUnits(999n) }, { currency: 'JPY' as RiskFacts['currency'] }],
  ],
  [
    { fact: 'amount', operator: 'below', amount: '1000', currency: 'usd' },
    [{ amount: minorUnits(999n) }],
    [{}],
  ],
  [velocity, [tried(6), tried(100)], [tried(5), {}, { velocity: [{ of: 'ip', window: '24h', count: 9 }] }]],
  [{ fact: 'avs_result', operator: 'in', values: ['n'] }, [{ avs_result: 'N' }], [{ avs_result: 'Y' }, {}]],
  [
    { fact: 'cvc_result', operator: 'not_in', values: ['M'] },
    [{ cvc_result: 'N' }, {}],
    [{ cvc_result: 'M' }],
  ],
];

for (const [condition, holding, failing] of table) {
  test(`a rule asks: ${JSON.stringify(condition)}`, () => {
    const asked = rule('block', [condition]);
    const policy = readyPolicy([asked], [], 'authenticate');
    const stage = policy.rules[0]?.stage ?? 'before_authorization';
    for (const fact of holding)
      assert.equal(judgeRisk(policy, stage, facts(fact)).rule, asked, `holds of ${show(fact)}`);
    for (const fact of failing)
      assert.equal(judgeRisk(policy, stage, facts(fact)).rule, null, `does not hold of ${show(fact)}`);
  });
}

function show(fact: Partial<RiskFacts>): string {
  return JSON.stringify(fact, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

test('actions are asked in the order block, authenticate, review, allow, whenever their rules were made', () => {
  const always = { fact: 'brand', operator: 'is_known' };
  const rules = new Map(riskActions.map((action) => [action, rule(action, [always])]));
  const left: RiskAction[] = [...riskActions];
  for (const expected of riskActions) {
    const policy = readyPolicy(
      [...left].reverse().flatMap((action) => rules.get(action) ?? []),
      [],
      'allow',
    );
    assert.equal(judgeRisk(policy, 'before_authorization', facts()).action, expected);
    left.shift();
  }
  assert.deepEqual(judgeRisk(noRules, 'before_authorization', facts()), { action: 'allow', rule: null });
});

test('of two rules with one action the older one is named', () => {
  const condition = { fact: 'brand', operator: 'is_known' };
  const younger = rule('review', [condition], { createdAt: new Date('2026-05-02T00:00:00Z') });
  const older = rule('review', [condition]);
  const policy = readyPolicy([younger, older], [], 'allow');
  assert.equal(judgeRisk(policy, 'before_authorization', facts()).rule, older);
});

test('all conditions of a rule must hold, and a rule that is switched off is not asked', () => {
  const conditions = [
    { fact: 'country', operator: 'in', values: ['US'] },
    { fact: 'funding', operator: 'in', values: ['prepaid'] },
  ];
  const policy = readyPolicy([rule('block', conditions)], [], 'allow');
  assert.equal(judgeRisk(policy, 'before_authorization', facts()).action, 'allow');
  assert.equal(judgeRisk(policy, 'before_authorization', facts({ funding: 'prepaid' })).action, 'block');
  const off = readyPolicy([rule('block', conditions, { status: 'disabled' })], [], 'allow');
  assert.equal(judgeRisk(off, 'before_authorization', facts({ funding: 'prepaid' })).action, 'allow');
});

test('a block list stops who is on it, and an allow list exempts from the rule that names it', () => {
  const bad = list('ip', ['198.51.100.0/24', '203.0.113.7']);
  const good = list('email', ['@example.com']);
  const policy = readyPolicy(
    [
      rule('block', [
        { fact: 'ip', operator: 'in_list', list: bad.list.id },
        { fact: 'email', operator: 'not_in_list', list: good.list.id },
      ]),
    ],
    [bad, good],
    'allow',
  );
  const action = (fact: Partial<RiskFacts>) => judgeRisk(policy, 'before_authorization', facts(fact)).action;
  assert.equal(action({}), 'allow', 'on the allow list');
  assert.equal(action({ email: 'eve@evil.example' }), 'block');
  assert.equal(action({ email: null }), 'block', 'unknown is on no allow list');
  assert.equal(action({ email: 'eve@evil.example', ip: '192.0.2.1' }), 'allow', 'not on the block list');
});

test('a list that is gone, or of another fact, makes the rules unusable rather than weaker', () => {
  const emails = list('email', []);
  const asked = rule('block', [{ fact: 'ip', operator: 'in_list', list: emails.list.id }]);
  assert.throws(() => readyPolicy([asked], [emails], 'allow'), RangeError);
  assert.throws(() => readyPolicy([asked], [], 'allow'), RangeError);
});

test('a rule about the acquirer’s answer is asked after it, and only then', () => {
  const policy = readyPolicy(
    [rule('block', [{ fact: 'cvc_result', operator: 'in', values: ['N'] }])],
    [],
    'allow',
  );
  const given = facts({ cvc_result: 'N' });
  assert.equal(judgeRisk(policy, 'before_authorization', given).action, 'allow');
  assert.equal(judgeRisk(policy, 'after_authorization', given).action, 'block');
});

test('each value and window that rules ask about is counted once', () => {
  const twice = [velocity, { ...velocity, count: 9 }, { ...velocity, window: '24h' }];
  const policy = readyPolicy([rule('block', twice), rule('review', [velocity])], [], 'allow');
  assert.deepEqual(policy.questions, [
    { of: 'ip', window: '1h' },
    { of: 'ip', window: '24h' },
  ]);
});

const bad: readonly [string, RiskAction, unknown, string][] = [
  ['no conditions', 'block', [], 'conditions'],
  ['eleven conditions', 'block', Array(11).fill({ fact: 'brand', operator: 'is_known' }), 'conditions'],
  ['no object', 'block', ['x'], 'conditions[0]'],
  [
    'a fact that nobody knows',
    'block',
    [{ fact: 'moon', operator: 'in', values: ['full'] }],
    'conditions[0].fact',
  ],
  ['an operator of another fact', 'block', [{ fact: 'bin', operator: 'above' }], 'conditions[0].operator'],
  [
    'a value that cannot be',
    'block',
    [{ fact: 'bin', operator: 'in', values: ['42424'] }],
    'conditions[0].values[0]',
  ],
  [
    'a card number as BIN',
    'block',
    [{ fact: 'bin', operator: 'in', values: ['4242424242424242'] }],
    'conditions[0].values[0]',
  ],
  [
    'no network',
    'block',
    [{ fact: 'ip', operator: 'in', values: ['10.0.0.0/33'] }],
    'conditions[0].values[0]',
  ],
  ['no values', 'block', [{ fact: 'ip', operator: 'in', values: [] }], 'conditions[0].values'],
  ['no list', 'block', [{ fact: 'ip', operator: 'in_list', list: 'x' }], 'conditions[0].list'],
  [
    'a float of money',
    'block',
    [{ fact: 'amount', operator: 'below', amount: 1.5, currency: 'USD' }],
    'conditions[0].amount',
  ],
  [
    'no currency',
    'block',
    [{ fact: 'amount', operator: 'below', amount: '1', currency: 'QQQ' }],
    'conditions[0].currency',
  ],
  ['a window of ours only', 'block', [{ ...velocity, window: '2h' }], 'conditions[0].window'],
  ['a count of nothing', 'block', [{ ...velocity, count: 0 }], 'conditions[0].count'],
  [
    '3-D Secure after the answer',
    'authenticate',
    [{ fact: 'cvc_result', operator: 'in', values: ['N'] }],
    'action',
  ],
  [
    'a count beside the answer',
    'block',
    [{ fact: 'cvc_result', operator: 'in', values: ['N'] }, velocity],
    'conditions[1].fact',
  ],
];

for (const [what, action, conditions, path] of bad) {
  test(`refused as a rule: ${what}`, () => {
    const parsed = parseConditions(conditions, action);
    assert.ok('problems' in parsed, 'it was taken');
    assert.equal(parsed.problems[0]?.path, path);
  });
}
