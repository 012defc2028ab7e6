import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { findRunningPostgres } from '../../src/embedded-postgres/running-postgres.ts';
import { Shop as EximpeShop, newCard, orderBody } from '../eximpe/shop.ts';
import { CardScan, dumpRows, type Finding, filesUnder } from '../support/card-scan.ts';
import type { TestGateway } from '../support/gateway.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop, validCard } from '../zafapay/shop.ts';

const code = '739';
/** Never sent: planted where a leak would be, to show that it would be found there. */
const planted = { pan: '6011000990139424', code: '8264' };
const used = new Set<string>();

let zafapay: Shop;
let eximpe: EximpeShop;
let gateway: TestGateway;
let receiver: Receiver;
const answers: string[] = [];

before(async () => {
  // No database is named, so the gateway stands on the embedded PostgreSQL of a folder of its own.
  zafapay = await openShop({ env: { DATABASE_URL: '' }, acquirerDeadlineMs: 300 });
  gateway = zafapay.gateway;
  eximpe = new EximpeShop(gateway);
  receiver = await startReceiver();
  for (const format of ['zafapay', 'eximpe', 'standard'])
    await zafapay.post('/v1/webhook_endpoints', { url: receiver.url, format });
});
after(async () => {
  await gateway.close();
  await receiver.close();
});

function card(number: string): typeof validCard {
  used.add(number);
  return { ...validCard, number, cvc: code };
}

async function keep(answering: Promise<{ readonly text: string }>): Promise<void> {
  answers.push((await answering.catch((error: Error) => ({ text: error.message }))).text);
}

/** Runs the work for each of them, ten at a time. */
async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: 10 }, worker));
}

/** Payments with these cards in both dialects, each sent again under its key. */
async function payWith(numbers: readonly string[]): Promise<void> {
  await forEach(numbers, async (number) => {
    const token = await zafapay.post('/v1/tokens', { card: card(number) }, { key: 'pk_test_demo' });
    const fields = {
      token: token.body?.id,
      amount: 10,
      currency: 'usd',
      customer_id: 'cust_1',
      save_card: true,
    };
    const headers = { 'idempotency-key': randomUUID() };
    await keep(zafapay.post('/v1/payments', fields, { headers }));
    await keep(zafapay.post('/v1/payments', fields, { headers }));
    const order = { card_details: { ...newCard, number, cvv: code }, amount: '10.00', currency: 'USD' };
    await keep(eximpe.post('/pg/orders/', orderBody(order)));
  });
}

async function listedCards(): Promise<string[]> {
  const { body } = await zafapay.get('/sandbox/cards');
  return [...new Set<string>(body.cards.map(({ number }: { number: string }) => number)), '4895380110000003'];
}

async function cardholdersAndFollowUps(): Promise<void> {
  for (const button of ['complete', 'fail', 'cancel'] as const) {
    used.add('4000002500003155');
    const token = await zafapay.token('4000002500003155', { cvc: code });
    const fields = { token, amount: 12, currency: 'usd', return_url: 'https://shop.example/done' };
    const payment = await zafapay.post('/v1/payments', fields);
    await keep(zafapay.authenticate(payment.body.redirect_url, button));
  }
  await keep(eximpe.pay({ card_details: { ...newCard, cvv: code } }).then(() => ({ text: '' })));
  const paid = await zafapay.pay('4242424242424242', { capture_method: 'manual' });
  await keep(zafapay.post(`/v1/payments/${paid.body.id}/capture`, {}));
  await keep(zafapay.post(`/v1/payments/${paid.body.id}/refund`, { amount: 1 }));
  const voided = await zafapay.pay('4242424242424242', { capture_method: 'manual' });
  await keep(zafapay.post(`/v1/payments/${voided.body.id}/void`, {}));
}

/** Card numbers where they do not belong. */
async function carelessMerchants(): Promise<void> {
  const pan = '5555555555554444';
  const spaced = '5555 5555 5555 4444';
  used.add(pan);
  const token = await zafapay.token();
  const bodies: unknown[] = [
    { token, amount: 10, currency: 'usd', metadata: { note: pan } },
    { token, amount: 10, currency: 'usd', description: spaced },
    { token: pan, amount: 10, currency: 'usd' },
    { card: card(pan), cvc: code, amount: 10, currency: 'usd' },
    `{"card": {"number": "${pan}", "cvc": "${code}"`,
    `{"number": ${pan}, "number": ${pan}, "cvv": ${code}}`,
  ];
  for (const body of bodies) {
    await keep(zafapay.post('/v1/payments', body));
    await keep(zafapay.post('/v1/tokens', body, { key: 'pk_test_demo' }));
    await keep(eximpe.post('/pg/orders/', body));
  }
  const wrong = [
    { number: '5555555555554445' },
    { number: '4929000000000000006' },
    { cvc: `${code}9999` },
    { exp_month: 13 },
  ];
  for (const change of wrong)
    await keep(zafapay.post('/v1/tokens', { card: { ...card(pan), ...change } }, { key: 'pk_test_demo' }));
  await keep(zafapay.get(`/v1/payments/${pan}`));
  await keep(zafapay.get(`/v1/payments?external_id=${pan}&cvc=${code}`));
  await keep(zafapay.get(`/${pan}/${code}`));
  await keep(zafapay.post('/v1/payments', {}, { key: pan }));
  await keep(
    zafapay.post('/v1/payments', {}, { headers: { 'idempotency-key': pan, 'user-agent': `x/${spaced}` } }),
  );
  await keep(eximpe.get(`/pg/orders/${pan}/`));
  await keep(eximpe.post('/pg/orders/', orderBody({ buyer: { name: spaced } })));
  const unlisted = '4111111111111129';
  await keep(zafapay.post('/v1/tokens', { card: card(unlisted) }, { key: 'pk_test_demo' }));
}

/** PostgreSQL is killed while payments are under way, and comes back. */
async function crash(): Promise<void> {
  const running = Array.from({ length: 8 }, () => keep(zafapay.pay('4242424242424242')));
  const [pid] = readFileSync(join(clusterFolder(), 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGKILL');
  await Promise.all(running);
  await until(
    'the gateway is ready again',
    async () => (await fetch(`${gateway.url}/readyz`)).status === 200,
    30,
  );
}

function clusterFolder(): string {
  return join(gateway.core.dataFolder, 'postgres', '18', 'cluster');
}

async function owner(): Promise<Client> {
  const client = new Client({ connectionString: findRunningPostgres(gateway.core.dataFolder) ?? '' });
  await client.connect();
  return client;
}

/** What is found anywhere, the planted card's findings apart. */
async function scanEverything(): Promise<{ leaks: Finding[]; plants: Finding[]; told: string }> {
  const scan = new CardScan([...used, planted.pan], [code, planted.code]);
  const client = await owner();
  const found: Finding[] = [];
  let [rows, bytes] = [0, 0];
  for await (const [table, row] of dumpRows(client)) {
    rows++;
    found.push(...scan.look(`table ${table}`, row));
  }
  await client.query('checkpoint');
  await client.end();
  for (const [path, content] of filesUnder(gateway.core.dataFolder)) {
    bytes += content.length;
    found.push(...scan.look(`file ${path}`, content));
  }
  for (const line of gateway.logLines) found.push(...scan.look('log', line));
  for (const answer of answers) found.push(...scan.look('answer', answer));
  for (const { path, headers, body } of receiver.received)
    found.push(...scan.look('webhook', `${path}\n${JSON.stringify(headers)}\n${body}`));
  const isPlanted = ({ what }: Finding): boolean => what === planted.pan || what === planted.code;
  const told =
    `searched for ${used.size} numbers and a code: ${rows} rows, ${Math.round(bytes / 1e6)} MB of the database's files, ` +
    `${gateway.logLines.length} log lines, ${answers.length} answers, ${receiver.received.length} webhooks`;
  return { leaks: found.filter((finding) => !isPlanted(finding)), plants: found.filter(isPlanted), told };
}

describe('after a day of payments, declines, challenges, mistakes and a crash', () => {
  let result: Awaited<ReturnType<typeof scanEverything>>;
  before(async () => {
    const cards = await listedCards();
    await payWith(cards);
    await cardholdersAndFollowUps();
    await carelessMerchants();
    await crash();
    await payWith(cards.slice(0, 10));
    await until('webhooks came', () => receiver.received.length > 20, 20);
    const client = await owner();
    await client.query('create table planted (note text, code text)');
    await client.query('insert into planted values ($1, $2)', [
      `seen ${planted.pan.replace(/(.{4})/g, '$1 ')}`,
      planted.code,
    ]);
    await client.end();
    result = await scanEverything();
  });

  it('no card number and no code is in any table, file of the database, log line, answer or webhook', (t) => {
    t.diagnostic(result.told);
    const places = result.leaks.map(({ where, what, form }) => `${where}: ${what.slice(0, 6)}… as ${form}`);
    assert.deepEqual([...new Set(places)], []);
  });

  it('what was planted is found in its table, its file and the WAL: the scan sees what it looks at', () => {
    const places = new Set(result.plants.map(({ where }) => where));
    assert.ok(places.has('table public.planted'));
    assert.ok(
      [...places].some((where) => /^file postgres\/18\/cluster\/base\//.test(where)),
      [...places].join(),
    );
    assert.ok(
      [...places].some((where) => /^file postgres\/18\/cluster\/pg_wal\//.test(where)),
      [...places].join(),
    );
    assert.ok(result.plants.some(({ what }) => what === planted.code));
  });

  it('the day was worth looking at', async () => {
    const client = await owner();
    const { rows } = await client.query(
      `select (select count(*) from vault.pans)::integer as pans, (select count(distinct state) from payments)::integer as states`,
    );
    await client.end();
    assert.ok(rows[0].pans > 50 && rows[0].states >= 4, JSON.stringify(rows[0]));
    assert.ok(gateway.logLines.length > 100);
  });
});

const pan = '4242424242424242';
const amex = '378282246310005';
const hidden: [what: string, content: string | Buffer][] = [
  ['plain', `x${pan}y`],
  ['within more digits', `000${pan}000`],
  ['in groups', '4242 4242 4242 4242'],
  ['with hyphens', '4242-4242-4242-4242'],
  ['in groups of an American Express card', '3782 822463 10005'],
  ['in a URL', '?n=4242%204242%204242%204242'],
  ['hex', Buffer.from(`a${pan}`).toString('hex')],
  ['upper-case hex', Buffer.from(pan).toString('hex').toUpperCase()],
  ['base64', Buffer.from(`{"number":"${pan}"}`).toString('base64')],
  ['base64 shifted by one', Buffer.from(`1{"number":"${pan}"}`).toString('base64')],
  ['base64 shifted by two', Buffer.from(`12{"number":"${amex}"}`).toString('base64url')],
  ['base64 of groups', Buffer.from('n=4242 4242 4242 4242;').toString('base64')],
  ['base64 of hyphenated groups', Buffer.from('n=3782-822463-10005;').toString('base64')],
  ['packed decimal', Buffer.from('4929123456789012', 'hex')],
  ['utf-16', Buffer.from(pan, 'utf16le')],
  ['a code in JSON', '{"cvc":"739"}'],
  ['a code in a form', 'cvv=739&x=1'],
  ['a code in a logged object', "cvc: '739'"],
  ['a code as a stored text', Buffer.from('\x09739\x00')],
];
describe('the scan finds', () => {
  const scan = new CardScan([pan, amex, '4929123456789012'], [code]);
  for (const [what, content] of hidden) it(what, () => assert.ok(scan.look('here', content).length > 0));
  it('nothing in what may be shown', () => {
    const harmless = `424242…4242, 2026-11-20T10:00:00.739Z, ${'0123456789'.repeat(5)}, "amount":"7.39", tx_4242424242x4242`;
    assert.deepEqual(scan.look('here', harmless), []);
  });
});
