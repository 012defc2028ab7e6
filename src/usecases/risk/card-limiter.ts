import type { MerchantId } from '../../domain/ids.ts';
import {
  type CardLimit,
  failuresCountedMax,
  type LimitScope,
  limitSeconds,
  limitWindowSeconds,
  needsShare,
  reachedLimit,
} from '../../domain/risk/card-limits.ts';
import { addressName } from '../../domain/risk/network.ts';
import { addSeconds, type Clock } from '../../lib/clock.ts';
import type { FailedCard, FailedCardStore, HeldOff } from '../ports/risk.ts';

/** Somebody tries a card. */
export interface CardTrial {
  readonly merchantId: MerchantId;
  readonly ip: string | null;
  readonly bin: string;
  /** Keyed hash of the number, in hex. */
  readonly fingerprint: string;
}

/** What a limit does to a trial, and for how long. */
export interface Limited {
  readonly measure: CardLimit['measure'];
  readonly retryAfterSeconds: number;
}

export interface CardLimiterTools {
  readonly store: FailedCardStore;
  readonly hash: (purpose: string, value: string) => Buffer;
  readonly clock: Clock;
}

/**
 * The defence against card testing. Only failures are written down, so that a card that pays costs nothing; who has
 * reached a limit is remembered here and in the database, from which every process reads it again by `refresh`.
 */
export class CardLimiter {
  readonly #tools: CardLimiterTools;
  #heldOff = new Map<string, HeldOff>();

  constructor(tools: CardLimiterTools) {
    this.#tools = tools;
  }

  /** What this process knows to be held off now, without asking anybody; null for everybody else. */
  judge(trial: CardTrial): Limited | null {
    if (this.#heldOff.size === 0) return null;
    const now = this.#tools.clock.now();
    const found = this.#subjectsOf(trial).flatMap(({ scope, subject }) => {
      const held = this.#heldOff.get(nameOf(scope, subject));
      return held && held.until > now ? [held] : [];
    });
    return strictest(found, now);
  }

  /**
   * Writes down that the card failed, and answers what that leads to. `occasion` tells one failure of a card from the
   * next; null when the same card again is no news.
   */
  async countFailure(trial: CardTrial, occasion: string | null): Promise<Limited | null> {
    const { store, clock, hash } = this.#tools;
    const now = clock.now();
    const since = addSeconds(now, -limitWindowSeconds);
    const card = hash('card', `${trial.merchantId}:${trial.fingerprint}`);
    const failed: FailedCard[] = this.#subjectsOf(trial).flatMap(({ scope, subject }): FailedCard[] => {
      if (scope !== 'card') return [{ scope, subject, card }];
      return occasion === null ? [] : [{ scope, subject, card: hash('occasion', occasion) }];
    });
    const held: HeldOff[] = [];
    for (const counted of await store.record(failed, now, since)) {
      const subject = failed.find(({ scope }) => scope === counted.scope)?.subject;
      if (counted.heldOff) held.push(counted.heldOff);
      if (counted.heldOff?.measure === 'refuse' || !subject) continue;
      const limit = await this.#findReached(trial.merchantId, counted.scope, counted.failures, since);
      if (!limit) continue;
      const fresh = { ...limit, subject, until: addSeconds(now, limitSeconds) };
      await store.holdOff(fresh);
      held.push(fresh);
    }
    for (const one of held) this.#heldOff.set(nameOf(one.scope, one.subject), one);
    return strictest(held, now);
  }

  /** Reads who is held off, by whichever process. */
  async refresh(): Promise<void> {
    const held = await this.#tools.store.listHeldOff(this.#tools.clock.now());
    this.#heldOff = new Map(held.map((one) => [nameOf(one.scope, one.subject), one]));
  }

  async #findReached(
    merchantId: MerchantId,
    scope: LimitScope,
    failures: number,
    since: Date,
  ): Promise<Pick<HeldOff, 'scope' | 'measure'> | undefined> {
    const successes = needsShare(scope, failures)
      ? await this.#tools.store.countSuccesses(merchantId, since, failuresCountedMax)
      : 0;
    const limit = reachedLimit(scope, failures, successes);
    return limit && { scope, measure: limit.measure };
  }

  #subjectsOf({ merchantId, ip, bin, fingerprint }: CardTrial): { scope: LimitScope; subject: Buffer }[] {
    const { hash } = this.#tools;
    const address = ip === null ? undefined : addressName(ip);
    const subject = (scope: LimitScope, value: string) => ({ scope, subject: hash(`limit:${scope}`, value) });
    return [
      ...(address === undefined ? [] : [subject('address', address)]),
      subject('card', `${merchantId}:${fingerprint}`),
      subject('bin', `${merchantId}:${bin}`),
      subject('merchant', merchantId),
    ];
  }
}

function nameOf(scope: LimitScope, subject: Buffer): string {
  return `${scope}:${subject.toString('base64')}`;
}

function strictest(held: readonly HeldOff[], now: Date): Limited | null {
  const refusing = held.filter(({ measure }) => measure === 'refuse');
  const among = refusing.length > 0 ? refusing : held;
  const [first] = among;
  if (!first) return null;
  const until = Math.max(...among.map((one) => one.until.getTime()));
  const retryAfterSeconds = Math.max(1, Math.ceil((until - now.getTime()) / 1000));
  return { measure: first.measure, retryAfterSeconds };
}
