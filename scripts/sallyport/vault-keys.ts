import { rotateVaultKeys } from '../../src/usecases/rotate-vault-keys.ts';
import { listRootKeys, rotateRootKey } from '../../src/wiring/root-keys.ts';
import type { Command } from './command.ts';
import { printTable } from './table.ts';

const whole = new Intl.NumberFormat('en-US');
const hour = 3600;

export const vaultKeyCommands: readonly Command[] = [
  {
    name: 'keys rotate-vault',
    usage: '[--merchant MERCHANT] [--minimum-age-hours 24]',
    says: 'gives merchants new keys for their cards and moves the cards to them, while payments go on; killed, it is taken up by the next call',
    options: { merchant: { type: 'string' }, 'minimum-age-hours': { type: 'string' } },
    positionals: [],
    async run({ house, desk }, given) {
      const name = given.text('merchant');
      const merchant = name === undefined ? null : await desk.registry.findMerchant(name);
      if (name !== undefined && !merchant) {
        console.error('There is no such merchant; "merchants list" shows them.');
        return 1;
      }
      const ageHours = given.number('minimum-age-hours', { min: 0, max: 24 * 3650, otherwise: 24 });
      const { actor, origin } = desk;
      const object = merchant?.id ?? 'all merchants';
      await house.core.audit.append({
        actor,
        origin,
        act: 'vault_keys.rotation_begun',
        object,
        result: 'done',
      });
      let shownAt = performance.now();
      let cards = 0;
      const wanted = {
        merchantId: merchant?.id ?? null,
        minimumAgeSeconds: ageHours * hour,
        now: new Date(),
      };
      const rotated = await rotateVaultKeys(house.core.vault, wanted, (merchantId, moved) => {
        cards += moved;
        if (performance.now() - shownAt < 1000) return;
        shownAt = performance.now();
        console.error(`${whole.format(cards)} cards moved; at ${merchantId}`);
      });
      const details = { merchants: rotated.length, cards };
      await house.core.audit.append({
        actor,
        origin,
        act: 'vault_keys.rotated',
        object,
        result: 'done',
        details,
      });
      const resumed = rotated.filter((one) => one.resumed).length;
      console.log(
        `${rotated.length} merchants have a new key (${resumed} of them taken up), ${whole.format(cards)} cards were moved to it.`,
      );
      return 0;
    },
  },
  {
    name: 'keys rotate-root',
    usage: '',
    says: 'adds a version to the root key, in its file or in HashiCorp Vault, and wraps every merchant’s keys under it; AWS KMS does the former itself',
    options: {},
    positionals: [],
    async run({ house, config, desk }) {
      const { name, version, keys } = await rotateRootKey(house.core, config);
      const { actor, origin } = desk;
      await house.core.audit.append({
        actor,
        origin,
        act: version === null ? 'root_keys.rewrapped' : 'root_keys.rotated',
        object: version === null ? name : `root key ${version}`,
        result: 'done',
        details: { keys },
      });
      const wrapped = `${whole.format(keys)} merchant keys were wrapped under it.`;
      if (version !== null) {
        const file = name === 'file' ? ' Copy the key file to the other machines, and keep a copy.' : '';
        console.log(`Root key ${version} (${name}) wraps from now on; ${wrapped}${file}`);
        return 0;
      }
      console.log(
        `${name}: ${wrapped} No version was added: AWS KMS does that itself, every year or on demand (aws kms rotate-key-on-demand), and opens what earlier ones wrapped.`,
      );
      return 1;
    },
  },
  {
    name: 'keys list-root',
    usage: '',
    says: 'shows the root keys that this database has seen, and what each still wraps: one that wraps nothing is needed for backups alone',
    options: {},
    positionals: [],
    async run({ house }) {
      const rows = (await listRootKeys(house.core)).map((use) => [
        String(use.version),
        use.keyName,
        String(use.keyVersion),
        use.usedSince.toISOString(),
        whole.format(use.merchantKeys),
        String(use.codeDays),
      ]);
      printTable(['number', 'root key', 'its version', 'used since', 'merchant keys', 'days of codes'], rows);
      return 0;
    },
  },
];
