import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addSeconds } from '../../src/lib/clock.ts';
import { createDisputeStore } from '../../src/store/disputes.ts';
import { createReconciliationStore } from '../../src/store/reconciliation.ts';
import { reconcile } from '../../src/usecases/reconcile.ts';
import { fetchDisputes, tellDisputes } from '../../src/usecases/record-dispute.ts';
import { Shop as OrderShop } from '../eximpe/shop.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { runSallyport } from '../support/sallyport-command.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop } from '../zafapay/shop.ts';

const plainCard = '4242424242424242';
const disputedCard = '4000000000000259';

let shop: Shop;
let receiver: Receiver;
before(async () => {
  shop = await openShop();
  // What a receiver answers is shown to operators, so a hostile one may try their terminal.
  receiver = await startReceiver((_request, response) => {
    response.writeHead(500).end('\u001b]0;owned\u0007 down for repair\nsecond line');
  });
});
after(async () => {
  await shop.gateway.close();
  await receiver.close();
});

const run = (args: string, code = 0): Promise<string> =>
  runSallyport(shop.gateway, args.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [], code);

const query = async (sql: string, values: unknown[] = []) =>
  (await shop.gateway.testDatabase.pool.query(sql, values)).rows;

/** What the audit log holds of these acts, oldest first. */
async function audited(acts: string): Promise<unknown[]> {
  return query(
    'select act, actor, object, result, details::jsonb as details from audit_log where act like $1 order by sequence',
    [acts],
  );
}

/** The rows of a printed table without its head, by their first cells. */
function firstCells(printed: string): string[] {
  const [, ...rows] = printed.split('\n\n')[0]?.split('\n') ?? [];
  return rows.filter((row) => row !== '').map((row) => row.split('  ')[0] ?? '');
}

async function raiseAlert(message: string): Promise<string> {
  const [alert] = await query(
    `insert into alerts (kind, message, created_at) values ('outcome_unknown_for_long', $1, now()) returning id`,
    [message],
  );
  return String(alert?.id);
}

describe('alerts', () => {
  test('open ones are listed newest first and in pages; one that was dealt with is closed with a note, once', async () => {
    const ids: string[] = [];
    for (const message of ['first', 'second', 'third']) ids.unshift(await raiseAlert(message));
    const [third = '', second = '', first = ''] = ids;
    const page = await run('alerts list --limit 2');
    assert.deepEqual(firstCells(page), [third, second]);
    assert.match(page, /outcome_unknown_for_long .* third$/m);
    assert.match(page, new RegExp(`More: {2}--before ${second}$`, 'm'));
    assert.deepEqual(firstCells(await run(`alerts list --limit 2 --before ${second}`)), [first]);

    await run(`alerts close ${second} --note "asked the bank, all is well" --as ada`);
    assert.match(await run(`alerts close ${second} --note again`, 1), /no open alert/);
    assert.deepEqual(firstCells(await run('alerts list')), [third, first]);
    assert.deepEqual(firstCells(await run('alerts list --all')), ids);
    assert.deepEqual(await audited('alerts.%'), [
      {
        act: 'alerts.closed',
        actor: 'ada',
        object: `alert ${second}`,
        result: 'done',
        details: { note: 'asked the bank, all is well' },
      },
    ]);
  });
});

describe('reconciliation', () => {
  test('a difference is listed with its run, assigned, and closed together with its alert', async () => {
    await query(
      `insert into sandbox_bank.authorizations (reference, merchant_reference, kind, initiator, card, authenticated, amount,
         currency, status, response_code, created_at)
       values ('att_nobody', 'tx_nobody', 'authorization', 'cardholder', '424242-4242', false, 700, 'USD', 'authorized', '00', $1)`,
      [shop.gateway.core.clock.now()],
    );
    const now = shop.gateway.core.clock.now();
    const store = createReconciliationStore(shop.gateway.core.database);
    const window = { from: addSeconds(now, -3600), to: addSeconds(now, 1) };
    await reconcile({ gateway: shop.gateway.gateway, store }, { purpose: 'command', ...window });

    const [newest = ''] = firstCells(await run('reconciliation runs'));
    const listed = await run(`reconciliation differences --run ${newest}`);
    const [id = ''] = firstCells(listed);
    assert.match(listed, /open +operator +at_bank_only +att_nobody .* nothing .*authorized, amount 700/);
    const [alert] = await query('select id from alerts where difference_id = $1', [id]);
    assert.match(await run(`alerts close ${alert.id} --note seen`, 1), /reconciliation close/);

    await run(`reconciliation assign ${id} --to grace --as ada`);
    assert.match(await run('reconciliation differences'), /open +grace/);
    await run(`reconciliation close ${id} --resolution "the bank's own test" --as ada`);
    assert.match(await run(`reconciliation close ${id} --resolution again`, 1), /no difference/);
    assert.deepEqual(firstCells(await run('reconciliation differences')), []);
    assert.match(await run('reconciliation differences --all'), /closed +grace .*the bank's own test$/m);
    const [closed] = await query('select closed_at from alerts where id = $1', [alert.id]);
    assert.ok(closed.closed_at);
    const acts = await audited('differences.%');
    assert.deepEqual(
      acts.map((entry) => (entry as { act: string }).act),
      ['differences.assigned', 'differences.closed'],
    );
  });
});

describe('payments show', () => {
  test('one payment, by every name that it has, with all that happened to it; on record, and without its card', async () => {
    const order = await new OrderShop(shop.gateway).pay();
    const orderPayment = await new OrderShop(shop.gateway).paymentOf(order.id);
    const [payment] = await query('select id, merchant_id from payments where order_number = $1', [order.id]);
    const [attempt] = await query('select id, acquirer_reference from attempts where payment_id = $1', [
      payment.id,
    ]);
    const shown = await Promise.all(
      [payment.id, order.id, orderPayment, attempt.id].map((name) => run(`payments show ${name} --as ada`)),
    );
    for (const text of shown) {
      assert.equal(text, shown[0]);
      for (const part of [
        `Payment ${payment.id}`,
        'merchant          mer_demo, number 2000000001, Demo Shop',
        'captured 1249.50 INR',
        'visa 489538******0003 05/2040',
        order.id,
        orderPayment,
        attempt.acquirer_reference,
        'payment.captured',
        '3ds_',
      ])
        assert.ok(text.includes(part), `${part} is missing in\n${text}`);
      assert.doesNotMatch(text, /4895380110000003|Asha|asha@shop/);
    }
    const entry = { act: 'payments.shown', actor: 'ada', object: payment.id, result: 'done' };
    assert.deepEqual(
      await audited('payments.%'),
      shown.map(() => ({ ...entry, details: { merchant: payment.merchant_id } })),
    );
  });

  test('a payment that nobody knows is told, and nothing is written', async () => {
    const before = await audited('payments.%');
    assert.match(await run('payments show tx_nobody', 1), /no such payment/);
    assert.match(await run('reviews approve nonsense', 1), /no such payment/);
    assert.deepEqual(await audited('payments.%'), before);
  });
});

describe('reviews and rules', () => {
  test('payments under review are listed, let be or taken back; rules are listed', async () => {
    const made = await shop.post('/v1/risk/rules', {
      name: 'Large amounts',
      action: 'review',
      conditions: [{ fact: 'amount', operator: 'at_least', amount: 400, currency: 'usd' }],
    });
    assert.equal(made.status, 201, made.text);
    const rules = await run('rules list --merchant mer_demo');
    assert.match(rules, /enabled +review +Large amounts .*"at_least"/);

    let reviewed: string[] = [];
    await until('two payments were sent to review', async () => {
      await shop.pay(plainCard, { amount: 450 });
      const open = await query("select payment_id from risk_decisions where review_state = 'open'");
      reviewed = open.map(({ payment_id: id }) => id);
      return reviewed.length >= 2;
    });
    assert.equal(reviewed.length, 2);
    const [approved = '', refused = ''] = reviewed;
    const list = await run('reviews list');
    for (const id of reviewed)
      assert.match(list, new RegExp(`${id} +mer_demo +450.00 USD +captured .*Large`));
    assert.match(await run(`reviews approve ${approved} --as ada`), /approved; the payment is completed/);
    assert.match(await run(`reviews refuse ${refused} --as ada`), /refused; the payment is refunded/);
    assert.match(await run(`reviews refuse ${approved}`, 1), /no open review/);
    assert.deepEqual(firstCells(await run('reviews list --merchant mer_demo')), []);
    const [line] = await query(
      'select live, refunded from sandbox_bank.authorizations where merchant_reference = $1',
      [refused],
    );
    assert.deepEqual(line, { live: false, refunded: 45_000n });
    const acts = (await audited('reviews.%')) as { act: string; object: string; result: string }[];
    assert.deepEqual(
      acts.map(({ act, object, result }) => `${act} ${object} ${result}`),
      [
        [approved, 'done'],
        [refused, 'done'],
        [approved, 'refused'],
      ].flatMap(([id, result]) => [`reviews.decision_begun ${id} done`, `reviews.decided ${id} ${result}`]),
    );
  });
});

describe('disputes', () => {
  test('a dispute is listed with its payment and the event that told the merchant', async () => {
    const { body } = await shop.pay(disputedCard);
    const store = createDisputeStore(shop.gateway.core.database);
    await fetchDisputes(shop.gateway.gateway, store);
    await tellDisputes(shop.gateway.gateway, store);
    await until('it is told', async () => {
      const [dispute] = await query('select event_id from disputes where payment_id = $1', [
        body.transaction_id,
      ]);
      return dispute?.event_id != null;
    });
    const listed = await run('disputes list');
    assert.match(
      listed,
      new RegExp(`10\\.4 +10\\.00 USD .* mer_demo +${body.transaction_id} .* evt_\\w+$`, 'm'),
    );
    assert.match(await run(`payments show ${body.transaction_id}`), /^Disputes$/m);
  });
});

describe('webhooks', () => {
  test('an endpoint that takes nothing is listed with what waits, and what its receiver said, harmless to a terminal', async () => {
    const address = `${receiver.url}/shop?token=hidden`;
    const endpoint = await shop.post('/v1/webhook_endpoints', { url: address, format: 'standard' });
    assert.equal(endpoint.status, 201, endpoint.text);
    assert.ok(!(await run('webhooks list')).includes(endpoint.body.id), 'it misses nothing yet');
    assert.ok((await run('webhooks list --all')).includes(endpoint.body.id));
    const { body } = await shop.pay();
    await until('it was tried', async () => {
      const [delivery] = await query(
        'select last_status from webhook_deliveries where endpoint_id = $1 and tries > 0',
        [endpoint.body.id],
      );
      return delivery?.last_status === 500;
    });
    const listed = await run('webhooks list');
    assert.match(
      listed,
      new RegExp(`${endpoint.body.id} +mer_demo +enabled +standard +1 .*/webhooks/shop$`, 'm'),
    );
    const undelivered = await run(`webhooks undelivered ${endpoint.body.id}`);
    assert.match(undelivered, new RegExp(`${body.transaction_id} .*pending +1 .*500 .*down for repair`));
    assert.doesNotMatch(undelivered.replaceAll('\n', ''), /hidden|\p{Cc}/u);
  });
});

const wrong: [args: string, code: number, message: RegExp][] = [
  [
    'alerts close seven --note x',
    2,
    /^"seven" is not a number of the list\n\n {2}alerts close ID [^\n]*\n[^\n]*\n$/,
  ],
  ['alerts clsoe 7', 2, /^There is no command "alerts clsoe"\..*alerts close ID/s],
  ['--help', 0, /^npm run sallyport -- COMMAND/],
  ['rules list --merchant nobody', 1, /no such merchant/],
  ['webhooks undelivered whe_nobody', 1, /no such endpoint/],
];
for (const [args, code, message] of wrong)
  test(`${args}: exit code ${code}, and why`, async () => {
    assert.match(await run(args, code), message);
  });
