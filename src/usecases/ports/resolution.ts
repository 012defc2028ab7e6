import type { AttemptState } from '../../domain/attempt.ts';
import type { AttemptId, MerchantId } from '../../domain/ids.ts';

/** An attempt that somebody must look at, held for a while by the worker that claimed it. */
export interface DueAttempt {
  readonly id: AttemptId;
  readonly merchantId: MerchantId;
  readonly state: Extract<AttemptState, 'queued' | 'sending' | 'unknown'>;
  /** How often it has been looked at, this time included. */
  readonly inquiries: number;
}

/** Finds attempts without a recorded end. */
export interface ResolutionStore {
  /**
   * Takes up to `limit` attempts that are due: unanswered ones at their time, queued ones after `queuedSeconds`, and sent
   * ones after `sendingSeconds`, for the process that sent them must be dead by then. Each is held for `leaseSeconds`.
   */
  claimDue(
    now: Date,
    limit: number,
    timing: {
      readonly queuedSeconds: number;
      readonly sendingSeconds: number;
      readonly leaseSeconds: number;
    },
  ): Promise<DueAttempt[]>;
  /** When to look again. */
  postpone(merchantId: MerchantId, id: AttemptId, nextInquiryAt: Date): Promise<void>;
  /** How many attempts have no recorded end, and how many alerts are open. */
  countOpen(): Promise<{
    readonly attempts: number;
    readonly oldestSince: Date | null;
    readonly alerts: number;
  }>;
}
