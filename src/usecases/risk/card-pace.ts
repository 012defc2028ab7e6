import type { MerchantId } from '../../domain/ids.ts';
import {
  type PaceScope,
  paceMax,
  paceMinute,
  paceSeconds,
  paceToldFrom,
} from '../../domain/risk/card-pace.ts';
import { addressName } from '../../domain/risk/network.ts';
import type { Clock } from '../../lib/clock.ts';
import type { CardPaceStore } from '../ports/risk.ts';
import type { Limited } from './card-limiter.ts';

/** What one subject took within the minute: as all processes told, and what this one has not told yet. */
interface Taken {
  readonly scope: PaceScope;
  readonly subject: Buffer;
  told: number;
  untold: number;
}

export interface CardPaceTools {
  readonly store: CardPaceStore;
  readonly hash: (purpose: string, value: string) => Buffer;
  readonly clock: Clock;
}

/**
 * Holds those off who hand over cards or begin payments faster than any shop does. Counted in memory, minute by minute;
 * `share` tells the other processes of those that come near a limit, and learns what they took there.
 */
export class CardPace {
  readonly #tools: CardPaceTools;
  #minute = new Date(0);
  #taken = new Map<string, Taken>();

  constructor(tools: CardPaceTools) {
    this.#tools = tools;
  }

  /** Counts one more card; what is refused is not counted, so that who slows down passes again. */
  takeCard(merchantId: MerchantId, ip: string | null): Limited | null {
    const address = ip === null ? undefined : addressName(ip);
    return this.#take([
      ...(address === undefined ? [] : [{ scope: 'address' as const, value: address }]),
      { scope: 'merchant', value: merchantId },
    ]);
  }

  /** Counts one more payment, whoever began it. */
  takePayment(merchantId: MerchantId): Limited | null {
    return this.#take([{ scope: 'payments', value: merchantId }]);
  }

  /** Tells and learns what was taken within this minute. */
  async share(): Promise<void> {
    const minute = this.#enter();
    const worthTelling = [...this.#taken.values()].filter(
      ({ scope, told, untold }) => untold > 0 && told + untold >= paceMax[scope] * paceToldFrom,
    );
    if (worthTelling.length === 0) return;
    // Moved before the database is asked: what is taken meanwhile is untold anew.
    const telling = worthTelling.map((taken) => {
      const { scope, subject, untold } = taken;
      taken.told += untold;
      taken.untold = 0;
      return { scope, subject, taken: untold };
    });
    const totals = await this.#tools.store.tell(minute, telling);
    for (const { scope, subject, taken } of totals) {
      const known = this.#taken.get(nameOf(scope, subject));
      if (known) known.told = Math.max(known.told, taken);
    }
  }

  #take(wanted: readonly { readonly scope: PaceScope; readonly value: string }[]): Limited | null {
    const minute = this.#enter();
    const found = wanted.map(({ scope, value }) => this.#find(scope, value));
    if (found.some(({ scope, told, untold }) => told + untold >= paceMax[scope])) {
      const passed = (this.#tools.clock.now().getTime() - minute.getTime()) / 1000;
      return { measure: 'refuse', retryAfterSeconds: Math.max(1, Math.ceil(paceSeconds - passed)) };
    }
    for (const taken of found) taken.untold += 1;
    return null;
  }

  #find(scope: PaceScope, value: string): Taken {
    const subject = this.#tools.hash(`pace:${scope}`, value);
    const name = nameOf(scope, subject);
    const known = this.#taken.get(name) ?? { scope, subject, told: 0, untold: 0 };
    this.#taken.set(name, known);
    return known;
  }

  /** A new minute begins with nothing taken. */
  #enter(): Date {
    const minute = paceMinute(this.#tools.clock.now());
    if (minute.getTime() !== this.#minute.getTime()) {
      this.#minute = minute;
      this.#taken = new Map();
    }
    return minute;
  }
}

function nameOf(scope: PaceScope, subject: Buffer): string {
  return `${scope}:${subject.toString('base64')}`;
}
