import { createSimulatorAcquirer } from '../acquirers/simulator/adapter.ts';
import type { Config } from '../config/config.ts';
import { newRefundNumber } from '../http/eximpe/order-numbers.ts';
import { dialectName as eximpe } from '../http/eximpe/room.ts';
import { drawnRandom } from '../lib/random.ts';
import { createBinDirectory } from '../store/bins.ts';
import { createDirectoryClient } from '../threeds/directory-client.ts';
import type { Gateway } from '../usecases/gateway.ts';
import type { Closers } from './closers.ts';
import type { Log } from './log.ts';
import type { Core } from './open-core.ts';
import { cardAcceptance, type SandboxWorld } from './sandbox-world.ts';

/** Joins the core with its outside: acquirer, issuers' directory, background work. */
export function buildGateway(
  { config, log }: { readonly config: Config; readonly log: Log },
  core: Core,
  world: Pick<SandboxWorld, 'url' | 'apiKey'>,
  closers: Closers,
  rest: Pick<Gateway, 'resultsUrl' | 'deliveriesWaiting'>,
): Gateway {
  const acquirer = createSimulatorAcquirer({ ...world, deadlineMs: config.acquirerDeadlineMs });
  closers.add(() => acquirer.close());
  const authenticator = createDirectoryClient(world);
  closers.add(() => authenticator.close());
  const random = drawnRandom();
  const underWay = new Set<Promise<unknown>>();
  closers.add(() => Promise.allSettled(underWay));
  return {
    mode: config.mode,
    clock: core.clock,
    random,
    ...core.stores,
    vault: core.vault,
    acquirer,
    authenticator,
    acceptance: cardAcceptance(config.mode),
    newRefundNumber: (dialect) => (dialect === eximpe ? newRefundNumber(random) : null),
    bins: createBinDirectory(core.database, { testIssuers: config.mode === 'sandbox' }),
    ...rest,
    inBackground(what, work) {
      const running = work().catch((error: unknown) =>
        log.error({ err: error }, `${what} failed in the background`),
      );
      underWay.add(running);
      void running.finally(() => underWay.delete(running));
    },
  };
}
