import type { Attempt } from '../../src/domain/attempt.ts';
import type { Payment } from '../../src/domain/payment.ts';
import type { Refund } from '../../src/domain/refund.ts';
import type { DueAttempt, ResolutionStore } from '../../src/usecases/ports/resolution.ts';
import type {
  AttemptUpdate,
  ChangeResult,
  EarlierRequest,
  IdempotencyClaim,
  OpenResult,
  PaymentChange,
  PaymentOpening,
  StoredAnswer,
} from '../../src/usecases/ports/store.ts';
import type { World } from './world.ts';

interface Key {
  readonly requestHash: Buffer;
  readonly paymentId: Payment['id'];
  readonly refundId: Refund['id'] | null;
  answer: StoredAnswer | null;
}

const open = new Set<Attempt['state']>(['queued', 'sending', 'unknown', 'reversing']);
const decisive = new Set<Attempt['kind']>(['authorization', 'purchase', 'capture', 'void']);

/**
 * The store's rules in memory: versions, one open attempt, keys, tokens. Each write is one step of the world, as it is
 * one statement of the database: it happens whole or not at all, and its acknowledgement may be lost with the caller.
 */
export class SimulatedStore {
  readonly payments = new Map<string, Payment>();
  readonly attempts = new Map<string, Attempt & { nextInquiryAt: Date | null; inquiries: number }>();
  readonly refunds = new Map<string, Refund>();
  readonly events: { paymentId: string; sequence: number; type: string; state: string }[] = [];
  readonly usedTokens = new Map<string, string>();
  readonly keys = new Map<string, Key>();
  readonly alerts: string[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async openPayment(opening: PaymentOpening): Promise<OpenResult> {
    await this.#world.pause();
    const { payment, attempt, claim, tokenId } = opening;
    if (claim && this.keys.has(claim.keyHash.toString('hex'))) return 'key_seen' as OpenResult;
    if (tokenId && this.usedTokens.has(tokenId)) return 'token_unavailable' as OpenResult;
    if (tokenId) this.usedTokens.set(tokenId, payment.id);
    if (claim) this.#claim(claim, payment, null, opening.answer);
    this.payments.set(payment.id, payment);
    if (attempt) this.#insertAttempt(attempt);
    await this.#world.pause();
    return 'opened' as OpenResult;
  }

  async recordChange(change: PaymentChange): Promise<ChangeResult> {
    await this.#world.pause();
    const { payment, claim, newAttempt } = change;
    const current = this.payments.get(payment.id);
    if (claim && this.keys.has(claim.keyHash.toString('hex'))) return 'key_seen';
    if (!current || current.version !== payment.version - 1) return 'version_moved';
    if (newAttempt && this.#blocks(newAttempt, change.attempt)) return 'operation_in_progress';
    if (claim) this.#claim(claim, payment, change.refund?.id ?? null, change.answer?.answer ?? null);
    this.payments.set(payment.id, payment);
    if (change.attempt) this.#update(change.attempt);
    if (change.closed) this.#update(change.closed);
    if (newAttempt) this.#insertAttempt(newAttempt);
    if (change.refund) this.refunds.set(change.refund.id, change.refund);
    if (change.alert) this.alerts.push(change.alert.kind);
    if (change.event) {
      this.events.push({
        paymentId: payment.id,
        sequence: payment.eventCount,
        type: change.event.type,
        state: payment.status.state,
      });
    }
    if (change.answer && !claim) this.#answer(change.answer.keyHash, change.answer.answer);
    await this.#world.pause();
    return 'recorded';
  }

  async recordCountedChange(change: PaymentChange): Promise<{ result: ChangeResult; counts: [] }> {
    return { result: await this.recordChange(change), counts: [] };
  }

  async findPayment(_merchantId: string, name: { id?: string }): Promise<Payment | null> {
    await this.#world.pause();
    return this.payments.get(name.id ?? '') ?? null;
  }

  async findAttempt(_merchantId: string, id: string): Promise<Attempt | null> {
    await this.#world.pause();
    return this.attempts.get(id) ?? null;
  }

  async findRefund(_merchantId: string, name: { id?: string }): Promise<Refund | null> {
    await this.#world.pause();
    return this.refunds.get(name.id ?? '') ?? null;
  }

  async find(_merchantId: string, claim: IdempotencyClaim): Promise<EarlierRequest | null> {
    await this.#world.pause();
    const key = this.keys.get(claim.keyHash.toString('hex'));
    if (!key) return null;
    if (!key.requestHash.equals(claim.requestHash)) return { kind: 'other_request' };
    return key.answer
      ? { kind: 'answered', answer: key.answer }
      : { kind: 'unanswered', paymentId: key.paymentId, refundId: key.refundId };
  }

  readonly resolution: ResolutionStore = {
    claimDue: async (now, limit, timing) => {
      await this.#world.pause();
      const due: DueAttempt[] = [];
      for (const attempt of this.attempts.values()) {
        const since = attempt.state === 'queued' ? timing.queuedSeconds : timing.sendingSeconds;
        const at = attempt.nextInquiryAt ?? new Date(attempt.createdAt.getTime() + since * 1000);
        if (!open.has(attempt.state) || attempt.state === 'reversing' || at > now || due.length >= limit)
          continue;
        attempt.nextInquiryAt = new Date(now.getTime() + timing.leaseSeconds * 1000);
        attempt.inquiries++;
        due.push({
          id: attempt.id,
          merchantId: attempt.merchantId,
          state: attempt.state as DueAttempt['state'],
          inquiries: attempt.inquiries,
        });
      }
      return due;
    },
    postpone: async (_merchantId, id, at) => {
      await this.#world.pause();
      const attempt = this.attempts.get(id);
      if (attempt && open.has(attempt.state)) attempt.nextInquiryAt = at;
    },
    countOpen: async () => ({
      attempts: [...this.attempts.values()].filter((attempt) => open.has(attempt.state)).length,
      oldestSince: null,
      alerts: this.alerts.length,
    }),
  };

  #blocks(fresh: Attempt, ended: AttemptUpdate | undefined): boolean {
    for (const attempt of this.attempts.values()) {
      if (attempt.id === ended?.id && !open.has(ended.state)) continue;
      if (
        fresh.kind === 'reversal' &&
        open.has(attempt.state) &&
        attempt.originalAttemptId === fresh.originalAttemptId &&
        attempt.kind === 'reversal'
      )
        return true;
      if (attempt.paymentId !== fresh.paymentId || !open.has(attempt.state)) continue;
      if (decisive.has(fresh.kind) && decisive.has(attempt.kind)) return true;
    }
    return false;
  }

  #insertAttempt(attempt: Attempt): void {
    this.attempts.set(attempt.id, { ...attempt, nextInquiryAt: null, inquiries: 0 });
  }

  #update(update: AttemptUpdate): void {
    const attempt = this.attempts.get(update.id);
    if (!attempt) throw new Error(`no attempt ${update.id}`);
    const reference = update.acquirerReference ?? attempt.acquirerReference;
    const sentAt = update.sentAt ?? attempt.sentAt;
    this.attempts.set(update.id, { ...attempt, ...update, acquirerReference: reference, sentAt });
  }

  #claim(
    claim: IdempotencyClaim,
    payment: Payment,
    refundId: Refund['id'] | null,
    answer: StoredAnswer | null,
  ): void {
    this.keys.set(claim.keyHash.toString('hex'), {
      requestHash: claim.requestHash,
      paymentId: payment.id,
      refundId,
      answer,
    });
  }

  #answer(keyHash: Buffer, answer: StoredAnswer): void {
    const key = this.keys.get(keyHash.toString('hex'));
    if (key && !key.answer) key.answer = answer;
  }
}
