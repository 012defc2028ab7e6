import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { MerchantId } from '../../src/domain/ids.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createDatabase } from '../../src/store/database.ts';
import { createMerchantDirectory } from '../../src/store/merchants.ts';
import {
  createMerchant,
  type IssuedCredential,
  issueCredential,
  type OperatorDesk,
  revokeCredential,
  rotateCredential,
} from '../../src/usecases/manage-merchants.ts';
import type { CredentialKind } from '../../src/usecases/ports/registry.ts';
import { openOperatorDesk } from '../../src/wiring/operator-desk.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { runSallyport } from '../support/sallyport-command.ts';
import { until } from '../support/until.ts';

let gateway: TestGateway;
let other: TestGateway;
let desk: OperatorDesk;
before(async () => {
  gateway = await startTestGateway();
  other = await startTestGateway({ shares: gateway });
  desk = openOperatorDesk(gateway.core, 'sandbox', { actor: 'ada', origin: 'desk' });
});
after(async () => {
  await other.close();
  await gateway.close();
});

async function newShop() {
  const merchant = await createMerchant(desk, { name: 'Ada', returnOrigins: [], parent: null });
  const of = (kind: CredentialKind): IssuedCredential => {
    const credential = merchant.credentials.find((candidate) => candidate.kind === kind);
    assert.ok(credential);
    return credential;
  };
  return { ...merchant, of };
}

/** The status of a read, in the dialect of the credential's kind, at one of the processes. */
async function ask(
  { kind, clientId, secret }: IssuedCredential,
  at = gateway,
  method = 'GET',
): Promise<number> {
  const headers: Record<string, string> =
    kind === 'client'
      ? { 'x-client-id': clientId ?? '', 'x-client-secret': secret.reveal() }
      : { authorization: `Bearer ${secret.reveal()}` };
  const path = { secret: '/v1/payments', publishable: '/v1/tokens', client: '/pg/orders/' }[kind];
  const body = method === 'POST' || kind === 'publishable' ? '{}' : null;
  if (body !== null) headers['content-type'] = 'application/json';
  const response = await fetch(at.url + path, { method: body === null ? method : 'POST', headers, body });
  await response.text();
  return response.status;
}

const allowed = (status: number): boolean => status !== 401 && status !== 403;
const kinds = ['secret', 'publishable', 'client'] as const;

function issuedOf(result: Awaited<ReturnType<typeof issueCredential>>): IssuedCredential {
  assert.ok(typeof result === 'object', String(result));
  return result;
}

async function rotated(id: string, overlapSeconds: number): Promise<IssuedCredential> {
  const result = await rotateCredential(desk, id, overlapSeconds);
  assert.ok(typeof result === 'object', String(result));
  return result.issued;
}

describe('a key’s life', () => {
  for (const kind of kinds) {
    it(`${kind}: after a rotation both work until the overlap is over, then the new one alone`, async () => {
      const shop = await newShop();
      const old = shop.of(kind);
      const fresh = await rotated(old.id, 3600);
      assert.equal(fresh.clientId, old.clientId, 'a client keeps its id');
      assert.ok(allowed(await ask(old)) && allowed(await ask(fresh)));
      await gateway.core.clock.advance(3599);
      assert.ok(allowed(await ask(old)));
      await gateway.core.clock.advance(1);
      await until('the old one is dead', async () => (await ask(old)) === 401);
      assert.ok(allowed(await ask(fresh)));
    });

    it(`${kind}: two of a role may live, a third is refused until one has ended`, async () => {
      const shop = await newShop();
      const second = issuedOf(await issueCredential(desk, shop.number, kind, 'full'));
      assert.equal(await issueCredential(desk, shop.id, kind, 'full'), 'two_are_live');
      assert.equal(await rotateCredential(desk, second.id, 60), 'two_are_live');
      assert.equal(await revokeCredential(desk, second.id), 'revoked');
      const third = await rotated(shop.of(kind).id, 60);
      assert.equal(await issueCredential(desk, shop.id, kind, 'full'), 'two_are_live');
      await gateway.core.clock.advance(60);
      const fourth = issuedOf(await issueCredential(desk, shop.id, kind, 'full'));
      assert.ok(allowed(await ask(third)) && allowed(await ask(fourth)));
    });

    it(`${kind}: revoked, it is dead at once in every process, and stays so`, async () => {
      const shop = await newShop();
      const key = shop.of(kind);
      assert.ok(allowed(await ask(key)) && allowed(await ask(key, other)));
      assert.equal(await revokeCredential(desk, key.id), 'revoked');
      await until(
        'dead here and there',
        async () => (await ask(key)) === 401 && (await ask(key, other)) === 401,
        1,
      );
      assert.equal(await revokeCredential(desk, key.id), 'not_live');
      assert.equal(await rotateCredential(desk, key.id, 60), 'not_live');
    });
  }

  it('of twenty issued at once, one finds room beside the first', async () => {
    const shop = await newShop();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => issueCredential(desk, shop.id, 'secret', 'full')),
    );
    assert.equal(results.filter((result) => typeof result === 'object').length, 1);
  });

  it('the database itself refuses a third', async () => {
    const shop = await newShop();
    const insert = (slot: number) =>
      gateway.testDatabase.pool.query(
        `insert into credentials (id, merchant_id, kind, hash, hint, slot)
          values ('cred_' || md5(random()::text), $1, 'secret', sha256(random()::text::bytea), 'x', $2)`,
        [shop.id, slot],
      );
    await insert(2);
    for (const slot of [1, 2]) await assert.rejects(insert(slot), { constraint: 'credentials_live' });
    await assert.rejects(insert(3), { constraint: 'credentials_slot_check' });
  });

  it('an unknown merchant or key is told, and nothing is written', async () => {
    assert.equal(await issueCredential(desk, 'mer_nobody', 'secret', 'full'), 'no_such_merchant');
    assert.equal(await rotateCredential(desk, 'cred_nobody', 60), 'no_such_credential');
    assert.equal(await revokeCredential(desk, 'cred_nobody'), 'no_such_credential');
  });

  it('every act is in the audit log with its actor, and no secret is', async () => {
    const shop = await newShop();
    const fresh = await rotated(shop.of('secret').id, 60);
    await revokeCredential(desk, shop.of('client').id);
    const { rows } = await gateway.testDatabase.pool.query(
      `select act, actor, origin, object, details from audit_log where act <> 'cards.opened' order by sequence desc limit 3`,
    );
    assert.deepEqual(
      rows.map(({ act, actor, origin, object }) => [act, actor, origin, object]),
      [
        ['keys.revoked', 'ada', 'desk', shop.of('client').id],
        ['keys.rotated', 'ada', 'desk', shop.of('secret').id],
        ['merchants.created', 'ada', 'desk', shop.id],
      ],
    );
    const secrets = [fresh, ...shop.credentials].map(({ secret }) => secret.reveal());
    const dump = await gateway.testDatabase.pool.query(
      `select coalesce(string_agg(t::text, ''), '') as all from (select audit_log::text as t from audit_log
        union all select credentials::text from credentials union all select merchant_secrets::text from merchant_secrets) t`,
    );
    for (const secret of [...secrets, ...Object.values(shop.signingKeys).map((key) => key.reveal())])
      assert.ok(!dump.rows[0].all.includes(secret));
  });
});

describe('roles', () => {
  const cases: [
    role: 'full' | 'read_only' | 'payments_only',
    kind: 'secret' | 'client',
    method: string,
    path: string,
    refused: boolean,
  ][] = [
    ['full', 'secret', 'POST', '/v1/webhook_endpoints', false],
    ['full', 'client', 'POST', '/pg/orders/', false],
    ['read_only', 'secret', 'GET', '/v1/payments', false],
    ['read_only', 'secret', 'GET', '/v1/events', false],
    ['read_only', 'secret', 'POST', '/v1/payments', true],
    ['read_only', 'secret', 'POST', '/v1/payments/tx_a/refund', true],
    ['read_only', 'secret', 'POST', '/v1/webhook_endpoints', true],
    ['read_only', 'secret', 'DELETE', '/v1/webhook_endpoints/whe_a', true],
    ['read_only', 'client', 'GET', '/pg/orders/', false],
    ['read_only', 'client', 'POST', '/pg/orders/', true],
    ['read_only', 'client', 'POST', '/pg/refunds/', true],
    ['payments_only', 'secret', 'GET', '/v1/payments', false],
    ['payments_only', 'secret', 'POST', '/v1/payments', false],
    ['payments_only', 'secret', 'POST', '/v1/webhook_endpoints', true],
    ['payments_only', 'secret', 'DELETE', '/v1/webhook_endpoints/whe_a', true],
    ['payments_only', 'client', 'POST', '/pg/orders/', false],
  ];
  let keys: Record<string, IssuedCredential>;
  before(async () => {
    const shop = await newShop();
    keys = {};
    for (const kind of ['secret', 'client'] as const) {
      keys[`full ${kind}`] = shop.of(kind);
      for (const role of ['read_only', 'payments_only'] as const)
        keys[`${role} ${kind}`] = issuedOf(await issueCredential(desk, shop.id, kind, role));
    }
  });
  for (const [role, kind, method, path, refused] of cases)
    it(`${role} ${kind}: ${method} ${path} is ${refused ? '403' : 'let in'}`, async () => {
      const key = keys[`${role} ${kind}`];
      assert.ok(key);
      const headers: Record<string, string> =
        kind === 'client'
          ? { 'x-client-id': key.clientId ?? '', 'x-client-secret': key.secret.reveal() }
          : { authorization: `Bearer ${key.secret.reveal()}` };
      const body = method === 'POST' ? '{}' : null;
      if (body !== null) headers['content-type'] = 'application/json';
      const response = await fetch(gateway.url + path, { method, headers, body });
      const answer = (await response.json()) as { error: { code: string } };
      assert.equal(response.status === 403, refused, JSON.stringify(answer));
      assert.notEqual(response.status, 401);
      if (refused) assert.equal(answer.error.code, kind === 'client' ? 'ERR_AUTH_004' : 'forbidden');
    });
});

describe('what cannot be a key is not asked of the database', () => {
  const cases: [what: string, change: (key: string) => string][] = [
    ['one character mistyped', (key) => `${key.slice(0, 20)}${key[20] === 'x' ? 'y' : 'x'}${key.slice(21)}`],
    ['cut short', (key) => key.slice(0, -1)],
    ['of the other environment', (key) => key.replace('_test_', '_live_')],
    ['of another kind', (key) => key.replace('sk_', 'pk_')],
    ['something else', () => 'Bearer of bad news'],
    ['very long', (key) => key.repeat(10)],
  ];
  for (const [what, change] of cases)
    it(what, async () => {
      const shop = await newShop();
      const key = shop.of('secret').secret.reveal();
      const database = createDatabase(gateway.testDatabase.pool);
      let asked = 0;
      const directory = createMerchantDirectory(
        {
          query: (statement) => {
            asked++;
            return database.query(statement);
          },
          transaction: () => assert.fail(),
        },
        gateway.core.cache,
        gateway.core.clock,
        () => assert.fail(),
        'sandbox',
      );
      assert.equal((await directory.findByKey(new Secret(key)))?.merchant.id, shop.id as MerchantId);
      assert.equal(asked, 1);
      assert.equal(await directory.findByKey(new Secret(change(key))), null);
      assert.equal(asked, 1);
    });

  it('in live mode the demonstration keys mean nothing', async () => {
    const never = { query: () => assert.fail(), transaction: () => assert.fail() };
    const { cache, clock } = gateway.core;
    const directory = createMerchantDirectory(never, cache, clock, () => assert.fail(), 'live');
    for (const key of ['sk_test_demo', 'pk_test_demo', 'sk_test_other'])
      assert.equal(await directory.findByKey(new Secret(key)), null);
  });
});

describe('npm run sallyport', () => {
  const run = (args: string[], code = 0) => runSallyport(gateway, args, code);

  it('makes a merchant whose keys pay, rotates, revokes, and proves it in the audit log', async () => {
    const made = await run(['merchants', 'create', '--name', 'Grace’s Shop', '--as', 'grace']);
    const key = /access token +(sk_test_\w{38}) +\((cred_\w+), full\)/.exec(made);
    assert.ok(key?.[1] && key[2], made);
    const merchant = /mer_\w+/.exec(made)?.[0] ?? '';
    const asKey = (secret: string) => ({ kind: 'secret', secret: new Secret(secret) }) as IssuedCredential;
    assert.equal(await ask(asKey(key[1])), 200);
    const rotation = await run(['keys', 'rotate', key[2], '--overlap-hours', '1']);
    const fresh = /sk_test_\w{38}/.exec(rotation)?.[0] ?? '';
    assert.equal(await ask(asKey(fresh)), 200);
    await run(['keys', 'revoke', key[2]]);
    await until('the old key is dead', async () => (await ask(asKey(key[1] ?? ''))) === 401);
    const listed = await run(['keys', 'list', '--merchant', merchant]);
    assert.equal(listed.match(/cred_/g)?.length, 4);
    assert.ok(!listed.includes(fresh));
    const verified = await run(['audit', 'verify']);
    const head = /--head (\d+:[0-9a-f]{64})/.exec(verified)?.[1] ?? '';
    await run(['audit', 'verify', '--head', head]);
    await run(['audit', 'verify', '--head', head.replace(/.$/, (last) => (last === '0' ? '1' : '0'))], 3);
    const { rows } = await gateway.testDatabase.pool.query(
      `select act, actor from audit_log where actor = 'grace'`,
    );
    assert.deepEqual(rows, [{ act: 'merchants.created', actor: 'grace' }]);
  });

  const wrong: [string[], number, RegExp][] = [
    [[], 2, /^npm run sallyport -- COMMAND/],
    [['keys', 'destroy'], 2, /There is no command "keys destroy"/],
    [['merchants', 'create'], 2, /--name is missing/],
    [['keys', 'create', '--merchant', 'mer_demo', '--kind', 'gold'], 2, /--kind must be one of/],
    [['keys', 'revoke'], 2, /expected KEY-ID/],
    [['keys', 'revoke', 'cred_none'], 1, /no such key/],
  ];
  for (const [args, code, message] of wrong)
    it(`${args.join(' ') || '(nothing)'}: exit code ${code}, and why`, async () => {
      assert.match(await run(args, code), message);
    });
});
