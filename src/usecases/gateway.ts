import type { Mode } from '../domain/merchant.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Acquirer } from './ports/acquirer.ts';
import type { Authenticator } from './ports/authenticator.ts';
import type { BinDirectory } from './ports/bins.ts';
import type { MerchantDirectory } from './ports/directory.ts';
import type { RiskRuleStore, RiskStore } from './ports/risk.ts';
import type { CardStore, FlowStore, IdempotencyStore, PaymentStore } from './ports/store.ts';
import type { CardVault } from './ports/vault.ts';
import type { WebhookStore } from './ports/webhooks.ts';
import type { CardLimiter } from './risk/card-limiter.ts';
import type { CardPace } from './risk/card-pace.ts';

/** Which numbers may be used: in the sandbox only listed test cards, live none of them. */
export interface CardAcceptance {
  judge(pan: string): 'accepted' | 'test_card_in_live' | 'real_card_in_sandbox';
}

/** The ports that the use cases work with; `main.ts` fulfils them. */
export interface Gateway {
  readonly mode: Mode;
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: MerchantDirectory;
  readonly payments: PaymentStore;
  readonly cards: CardStore;
  readonly flows: FlowStore;
  readonly idempotency: IdempotencyStore;
  readonly webhooks: WebhookStore;
  readonly risk: RiskStore;
  readonly riskRules: RiskRuleStore;
  /** Holds off who tries cards. */
  readonly cardLimiter: CardLimiter;
  readonly cardPace: CardPace;
  readonly vault: CardVault;
  readonly acquirer: Acquirer;
  readonly authenticator: Authenticator;
  readonly acceptance: CardAcceptance;
  readonly bins: BinDirectory;
  /** A fresh number of a refund for dialects that number them, whoever asks for the refund; null for the others. */
  readonly newRefundNumber: (dialect: string) => string | null;
  /** The gateway's own address as issuers' servers reach it. */
  readonly resultsUrl: (resultsToken: string) => string;
  /** Tells the delivery worker of this process that there is something to send; losing the call only delays. */
  readonly deliveriesWaiting: () => void;
  /** Runs work that the answer does not wait for; its failure is logged, and a worker finishes what it began. */
  readonly inBackground: (what: string, work: () => Promise<unknown>) => void;
}
