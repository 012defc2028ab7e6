import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createFlowDesk } from '../../src/store/flow-desk.ts';
import {
  changeFlow,
  createFlow,
  type FlowSettings,
  type FlowTools,
} from '../../src/usecases/manage-flows.ts';
import { openOperatorDesk } from '../../src/wiring/operator-desk.ts';
import { runSallyport } from '../support/sallyport-command.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

let shop: Shop;
let tools: FlowTools;
before(async () => {
  shop = await openShop();
  const { core } = shop.gateway;
  const desk = openOperatorDesk(core, 'sandbox', { actor: 'ada', origin: 'desk' });
  tools = { ...desk, flows: createFlowDesk(core.database) };
});
after(() => shop.gateway.close());

const run = (args: string, code = 0) => runSallyport(shop.gateway, args.split(' '), code);
const audited = async (act: string): Promise<unknown[]> =>
  (
    await shop.gateway.testDatabase.pool.query(
      'select actor, object, details::jsonb as details from audit_log where act = $1 order by sequence',
      [act],
    )
  ).rows;

test('a flow is made like the default one but for what is set, and taken by the gateway at once', async () => {
  const shown = await run(
    'flows create flow_club --merchant mer_demo --capture manual --currencies USD,jpy --minimum USD=5 --minimum JPY=500 ' +
      '--maximum INR=none --refund-fee USD=1.50 --success-redirect https://shop.example/thanks --as ada',
  );
  assert.match(shown, /^mer_demo flow_club$/m);
  for (const [name, value] of [
    ['capture', 'manual'],
    ['currencies', 'USD JPY'],
    ['minimum', 'USD 5.00, JPY 500'],
    ['maximum', '-'],
    ['success redirect', 'https://shop.example/thanks'],
    ['retry after decline', 'off'],
    ['refund fee', 'USD 1.50'],
  ])
    assert.match(shown, new RegExp(`^ {2}${name} +${value}$`, 'm'));
  const below = await shop.pay(undefined, { amount: 4.99, flow_id: 'flow_club' });
  assert.equal(below.body.error.code, 'amount_below_minimum');
  const held = await shop.pay(undefined, { amount: 5, flow_id: 'flow_club' });
  assert.deepEqual([held.status, held.body.status], [201, 'authorized']);
  const [entry] = (await audited('flows.created')) as [{ actor: string; object: string; details: object }];
  assert.deepEqual([entry.actor, entry.object], ['ada', 'flow_club']);
  assert.partialDeepStrictEqual(entry.details, { merchant: 'mer_demo', minimum_amounts: 'USD 500, JPY 500' });
});

test('a setting is changed in the running gateway, the others stay, and the audit log holds what changed', async () => {
  const shown = await run(
    'flows set flow_default --merchant 2000000001 --retry-after-decline on --monthly-card-limit USD=2500 --as ada',
  );
  assert.match(shown, /retry after decline +on/);
  assert.match(shown, /currencies +USD JPY EUR/);
  const { payment_url } = (await shop.post('/v1/payments', { amount: 17.62, currency: 'usd' })).body;
  const declined = {
    number: '4000000000000002',
    exp_month: '12',
    exp_year: '40',
    cvc: '123',
    action: 'pay',
  };
  await shop.follow(payment_url, declined);
  await until('the page takes another card', async () =>
    (await shop.follow(payment_url)).text.includes('This card did not go through'),
  );
  assert.deepEqual(await audited('flows.changed'), [
    {
      actor: 'ada',
      object: 'flow_default',
      details: { merchant: 'mer_demo', retry_after_decline: true, monthly_card_limits: 'USD 250000' },
    },
  ]);
  const all = await run('flows list');
  assert.deepEqual(all.match(/^mer_\w+ flow_\w+$/gm), [
    'mer_demo flow_club',
    'mer_demo flow_default',
    'mer_other flow_default',
  ]);
});

test('arguments that cannot be meant are refused with what was expected', async () => {
  assert.match(
    await run('flows set flow_default --merchant mer_demo --minimum USD=5.001', 2),
    /such as USD=10\.00/,
  );
  assert.match(await run('flows set flow_default --merchant mer_demo --currencies USD,EURO', 2), /"EURO"/);
  assert.match(await run('flows set flow_none --merchant mer_demo --active off', 1), /no such flow/);
});

const set = (settings: Partial<FlowSettings>) => ({
  merchant: 'mer_demo',
  flowId: 'flow_default',
  change: () => settings,
});

test('what does not fit together is refused, changes nothing and is not on record', async () => {
  const before = await tools.flows.listFlows(null);
  const entries = await audited('flows.changed');
  for (const settings of [
    { currencies: [] },
    { successRedirectUrl: 'http://shop.example/' },
    { failureRedirectUrl: 'not an address' },
  ] as const) {
    const result = await changeFlow(tools, set(settings));
    assert.equal(result.kind === 'refused' && result.why, 'bad_settings');
  }
  const refusals = [
    await createFlow(tools, { ...set({}), flowId: 'Flow Two' }),
    await createFlow(tools, set({})),
    await createFlow(tools, { ...set({}), merchant: 'mer_nobody' }),
    await changeFlow(tools, { ...set({}), merchant: 'mer_nobody' }),
  ];
  assert.deepEqual(
    refusals.map((result) => result.kind === 'refused' && result.why),
    ['bad_settings', 'flow_exists', 'no_such_merchant', 'no_such_merchant'],
  );
  assert.deepEqual(await tools.flows.listFlows(null), before);
  assert.deepEqual(await audited('flows.changed'), entries);
});

test('two who change different settings at the same moment both get their way', async () => {
  const changes: Partial<FlowSettings>[] = Array.from({ length: 10 }, (_, index) =>
    index % 2 === 0 ? { captureMethod: 'manual' } : { failureRedirectUrl: 'https://shop.example/sorry' },
  );
  await Promise.all(changes.map((change) => changeFlow(tools, set(change))));
  const flows = await tools.flows.listFlows(null);
  const flow = flows.find(({ merchantId, id }) => `${merchantId} ${id}` === 'mer_demo flow_default');
  assert.deepEqual([flow?.captureMethod, flow?.failureRedirectUrl], ['manual', 'https://shop.example/sorry']);
});
