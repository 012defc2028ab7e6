import type { Mode } from '../domain/merchant.ts';
import { encryptionKeyPurpose } from '../http/eximpe/room.ts';
import { systemRandom } from '../lib/random.ts';
import { createMerchantRegistry } from '../store/registry.ts';
import type { OperatorDesk } from '../usecases/manage-merchants.ts';
import type { Core } from './open-core.ts';

/** What an operator's acts need, for whoever does them from wherever. */
export function openOperatorDesk(
  core: Core,
  mode: Mode,
  operator: { readonly actor: string; readonly origin: string },
): OperatorDesk {
  return {
    registry: createMerchantRegistry(core.database, core.vault),
    mode,
    clock: core.clock,
    random: systemRandom,
    signingPurposes: [encryptionKeyPurpose],
    ...operator,
  };
}
