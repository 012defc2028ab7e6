import { rotateVaultKeys } from '../../src/usecases/rotate-vault-keys.ts';
import { rotateRootKey } from '../../src/wiring/root-keys.ts';
import type { Command } from './command.ts';

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
    says: 'adds a version to the root key, in its file or in HashiCorp Vault, and wraps every merchant’s keys under it; with several machines, copy the file to them first',
    options: {},
    positionals: [],
    async run({ house, config, desk }) {
      const { name, version, keys } = await rotateRootKey(house.core, config);
      const { actor, origin } = desk;
      const object = version === null ? name : `root key ${version}`;
      await house.core.audit.append({
        actor,
        origin,
        act: version === null ? 'root_keys.rewrapped' : 'root_keys.rotated',
        object,
        result: 'done',
        details: { keys },
      });
      if (version === null) {
        console.log(
          `AWS KMS makes new versions of ${name} itself, at a rate or on demand, and opens what any of them wrapped. ${keys} merchant keys of earlier root keys are under it now.`,
        );
        return 1;
      }
      console.log(
        `Root key ${version} wraps from the next start on, and ${keys} merchant keys already. Keep a copy of the key file.`,
      );
      return 0;
    },
  },
];
