import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { awsEnvironment, startAwsKms } from '../support/aws-kms.ts';
import type { KeyService } from '../support/key-service.ts';
import { runSallyport } from '../support/sallyport-command.ts';
import { startTransit } from '../support/transit.ts';
import { until } from '../support/until.ts';
import { openShop, type Shop, validCard } from '../zafapay/shop.ts';

// What AWS's library reads by itself; and what the command line takes over from here.
Object.assign(process.env, awsEnvironment);

/** A key service with a key in it, and the settings that name the key. */
interface Ground {
  readonly service: KeyService;
  readonly env: Settings;
  /** The same settings with a key that wrapped nothing. */
  anotherKey(): Settings;
}

type Settings = Readonly<Record<string, string>> & { readonly SALLYPORT_ROOT_KEY: string };

async function groundOfKms(): Promise<Ground> {
  const kms = await startAwsKms();
  const settings = () => ({ SALLYPORT_ROOT_KEY: `aws-kms:${kms.makeKey()}`, AWS_ENDPOINT_URL_KMS: kms.url });
  return { service: kms, env: settings(), anotherKey: settings };
}

async function groundOfTransit(): Promise<Ground> {
  const transit = await startTransit();
  const settings = () => ({
    SALLYPORT_ROOT_KEY: `vault-transit:${transit.makeKey()}`,
    VAULT_ADDR: transit.url,
    VAULT_TOKEN: transit.token,
  });
  return { service: transit, env: settings(), anotherKey: settings };
}

for (const [kind, makeGround, refusal] of [
  ['AWS KMS', groundOfKms, /AWS KMS did not serve .*\(ECONNREFUSED\)/],
  ['HashiCorp Vault', groundOfTransit, /HashiCorp Vault at .* did not serve .*\(ECONNREFUSED\)/],
] as const) {
  describe(`a gateway whose root key is in ${kind}`, () => {
    let ground: Ground;
    /** Holds the database; the others are started on it later, as after a restart. */
    let first: Shop;
    let savedCard = '';
    before(async () => {
      ground = await makeGround();
      first = await openShop({ env: ground.env });
    });
    after(async () => {
      await first.gateway.close();
      await ground.service.stop();
    });
    const startAnother = (env: Readonly<Record<string, string>> = ground.env) =>
      openShop({ env, shares: first.gateway });
    const paySaved = (shop: Shop) =>
      shop.post('/v1/payments', {
        amount: 4,
        currency: 'usd',
        payment_method_id: savedCard,
        customer_id: 'cust_1',
      });
    const roots = async () =>
      (
        await first.gateway.testDatabase.pool.query(
          'select distinct root_version as version from vault.merchant_keys order by 1',
        )
      ).rows;
    const outcome = ({ body, status, text }: Awaited<ReturnType<Shop['pay']>>) =>
      body?.status ?? `${status} ${text}`;

    test('takes payments, and asks the key service nothing for them', async () => {
      assert.equal(
        outcome(await first.pay(undefined, { save_card: true, customer_id: 'cust_1' })),
        'completed',
      );
      const { body } = await first.get('/v1/customers/cust_1/payment-methods');
      savedCard = body.payment_methods[0].id;
      const calls = ground.service.calls();
      for (let times = 0; times < 5; times += 1) {
        assert.equal(outcome(await first.pay()), 'completed');
        assert.equal(outcome(await paySaved(first)), 'completed');
      }
      assert.equal(ground.service.calls() - calls, 0);
    });

    test('keeps no key in its data folder, and no secret of the service in its log', async () => {
      const { rows } = await first.gateway.testDatabase.pool.query('select key_name from vault.root_keys');
      assert.ok(rows.every(({ key_name }) => ground.env.SALLYPORT_ROOT_KEY === key_name));
      assert.deepEqual(await readdir(first.gateway.core.dataFolder), []);
      assert.doesNotMatch(first.gateway.logLines.join('\n'), /hvs\.|wJalrXUtnFEMI|FwoGZXIv/);
    });

    test('opens a saved card after a restart', async () => {
      const second = await startAnother();
      assert.equal(outcome(await paySaved(second)), 'completed');
      await second.gateway.close();
    });

    test('goes on while the service is down, with new cards and saved ones, is ready, and pays over midnight', async () => {
      const cold = await startAnother();
      assert.equal(outcome(await cold.pay()), 'completed');
      Object.assign(process.env, ground.env);
      const created = await runSallyport(first.gateway, ['merchants', 'create', '--name', 'New']);
      const [key = ''] = /pk_test_\w+/.exec(created) ?? [];
      await until('the next day’s key of codes is there', async () => {
        const { rowCount } = await first.gateway.testDatabase.pool.query('select 1 from vault.cvc_keys');
        return rowCount === 2;
      });
      await ground.service.stop();
      try {
        for (const shop of [first, cold]) {
          assert.equal(outcome(await shop.pay()), 'completed');
          assert.equal(outcome(await paySaved(shop)), 'completed');
          assert.equal((await shop.get('/readyz')).status, 200);
        }
        await first.advance(24 * 3600);
        assert.equal(outcome(await first.pay()), 'completed');
        assert.equal(outcome(await paySaved(first)), 'completed');

        // This process has not served the new merchant yet, and cannot get his keys.
        const refused = await cold.post('/v1/tokens', { card: validCard }, { key });
        assert.equal(refused.status, 503, refused.text);
        assert.equal(refused.headers.get('retry-after'), '5');
        const warning = cold.gateway.logLines.find((line) => line.includes('a root key could not be used'));
        assert.match(warning ?? '', refusal);
        await ground.service.start();
        assert.equal((await cold.post('/v1/tokens', { card: validCard }, { key })).status, 201);
      } finally {
        await ground.service.start();
        await cold.gateway.close();
      }
    });

    test('does not start while the service is down, and says in one line what is wrong', async () => {
      await ground.service.stop();
      try {
        await assert.rejects(startAnother(), { code: 'root_key_unavailable', message: refusal });
        Object.assign(process.env, ground.env);
        const printed = await runSallyport(first.gateway, ['keys', 'list-root'], 1);
        assert.match(printed, /^Sallyport cannot start: .*see whether it/);
        assert.doesNotMatch(printed, /\n\s+at /);
      } finally {
        await ground.service.start();
      }
    });

    test('does not start with another key, which leaves no trace, nor with a key file', async () => {
      await assert.rejects(startAnother(ground.anotherKey()), { code: 'root_key_mismatch' });
      await assert.rejects(startAnother({}), {
        code: 'root_key_mismatch',
        message: /settings name file and not that one: set SALLYPORT_ROOT_KEY/,
      });
      const { rowCount } = await first.gateway.testDatabase.pool.query('select 1 from vault.root_keys');
      assert.equal(rowCount, 1);
      assert.deepEqual(await readdir(first.gateway.core.dataFolder), [], 'no key file was made on the way');
    });

    test('changes its root key by command or settings, while the first process goes on', async () => {
      Object.assign(process.env, ground.env);
      if (kind === 'AWS KMS') {
        const said = await runSallyport(first.gateway, ['keys', 'rotate-root'], 1);
        assert.match(
          said,
          /0 merchant keys were wrapped under it\. No version was added: AWS KMS does that itself/,
        );
        assert.deepEqual(await roots(), [{ version: 1 }]);
      } else {
        const said = await runSallyport(first.gateway, ['keys', 'rotate-root']);
        assert.match(said, /^Root key 2 \(vault-transit:.*\) wraps from now on; [0-9]+ merchant keys/);
        assert.deepEqual(await roots(), [{ version: 2 }]);
      }
      const changed = {
        ...ground.anotherKey(),
        SALLYPORT_OTHER_ROOT_KEYS: `${ground.env.SALLYPORT_ROOT_KEY}`,
      };
      Object.assign(process.env, changed);
      const number = kind === 'AWS KMS' ? 2 : 3;
      const second = await startAnother(changed);
      await until('the worker has wrapped all keys anew', async () => {
        const found = await roots();
        return found.length === 1 && found[0]?.version === number;
      });
      assert.equal(outcome(await paySaved(second)), 'completed');
      assert.equal(outcome(await paySaved(first)), 'completed');
      const listed = await runSallyport(first.gateway, ['keys', 'list-root']);
      assert.match(listed, new RegExp(`${number} +${changed.SALLYPORT_ROOT_KEY} +1 .* [1-9][0-9]* +0$`, 'm'));
      await second.gateway.close();
      delete process.env.SALLYPORT_OTHER_ROOT_KEYS;
    });
  });
}
