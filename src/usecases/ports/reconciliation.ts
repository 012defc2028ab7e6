import type { AttemptId, MerchantId, PaymentId } from '../../domain/ids.ts';
import type { DifferenceCause, OurLine } from '../../domain/reconciliation.ts';
import type { AuditEntry } from './audit.ts';

/** Why a window is compared: every day, every few minutes of the time just passed, or because somebody asked. */
export type ReconciliationPurpose = 'daily' | 'recent' | 'command';

/** One comparison of an acquirer's book with ours over the time from `from` up to, not including, `to`. */
export interface ReconciliationRun {
  readonly id: bigint;
  readonly acquirer: string;
  readonly purpose: ReconciliationPurpose;
  readonly from: Date;
  readonly to: Date;
  readonly state: 'running' | 'done';
  /** What was booked before this time has been compared, ... */
  readonly comparedUntil: Date;
  /** ... and of the slice that begins then, everything up to this reference; null before the first. */
  readonly comparedTo: string | null;
  readonly comparedCount: bigint;
  /** Payments of which something was under way, so that comparing them means nothing yet. */
  readonly inFlightCount: bigint;
  readonly inFlightSince: Date | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** A line of ours as the long list gives it. */
export interface ListedLine extends OurLine {
  /** When the attempt began, while its outcome is open; null afterwards. */
  readonly openSince: Date | null;
}

/** A line of ours, looked at closely. */
export interface ReadLine extends OurLine {
  /** The payment's: when it is the same before and after, nothing happened in between. */
  readonly version: number;
  /** When the oldest message of the payment began that has no recorded end; null when there is none. */
  readonly openSince: Date | null;
}

/** A difference to be written; one that is written and not closed yet is only marked as seen. */
export interface FoundDifference {
  readonly reference: string;
  /** Empty when the acquirer has no line. */
  readonly acquirerReference: string;
  readonly cause: DifferenceCause;
  readonly merchantId: MerchantId | null;
  readonly paymentId: PaymentId | null;
  readonly attemptId: AttemptId | null;
  /** What each side said, as plain texts. */
  readonly ours: Readonly<Record<string, string | null>> | null;
  readonly theirs: Readonly<Record<string, string | null>> | null;
  /** `mending` while the gateway reverses it itself. */
  readonly status: 'open' | 'mending';
  readonly owner: string;
  /** The alert's sentence. */
  readonly message: string;
}

/** A difference as it is kept. */
export interface Difference extends Omit<FoundDifference, 'status' | 'message'> {
  readonly id: bigint;
  readonly runId: bigint;
  readonly acquirer: string;
  readonly status: 'open' | 'mending' | 'closed';
  /** How it ended: `mended`, `gone`, or a person's words; null until then. */
  readonly resolution: string | null;
  readonly foundAt: Date;
  readonly seenAt: Date;
  readonly closedAt: Date | null;
}

/** How far a run has come since its last step. */
export interface RunStep {
  readonly comparedUntil: Date;
  readonly comparedTo: string | null;
  readonly compared: number;
  readonly inFlight: number;
  readonly inFlightSince: Date | null;
  readonly found: readonly FoundDifference[];
}

export interface ReconciliationStore {
  /** Begins the run of that window, or takes up the one that was left unfinished; null while another process holds it. */
  holdRun(
    window: Pick<ReconciliationRun, 'acquirer' | 'purpose' | 'from' | 'to'>,
    now: Date,
    holdSeconds: number,
  ): Promise<ReconciliationRun | null>;
  /** The unfinished run of that purpose that began last. */
  findUnfinished(acquirer: string, purpose: ReconciliationPurpose): Promise<ReconciliationRun | null>;
  /** The finished run of that purpose that reaches furthest; not beyond now, though the clock may have run ahead. */
  findLastDone(
    acquirer: string,
    purpose: ReconciliationPurpose,
    now: Date,
  ): Promise<ReconciliationRun | null>;
  /** Authorizations and purchases begun in the window, in the byte order of their references, after `after`. */
  listOurs(page: {
    readonly acquirer: string;
    readonly from: Date;
    readonly to: Date;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<ListedLine[]>;
  /** How many lines `listOurs` has in a window. */
  countOurs(window: { readonly acquirer: string; readonly from: Date; readonly to: Date }): Promise<number>;
  findOurs(acquirer: string, reference: string): Promise<ReadLine | null>;
  /**
   * Writes a step, its differences and their alerts in one commit, and holds the run for longer. Null when another
   * process has taken the run over: then nothing is written.
   */
  advanceRun(
    run: ReconciliationRun,
    step: RunStep,
    now: Date,
    holdSeconds: number,
  ): Promise<ReconciliationRun | null>;
  finishRun(run: ReconciliationRun, now: Date): Promise<ReconciliationRun | null>;
  /** Lets go of a run that cannot go on now, so that anybody may take it up. */
  releaseRun(run: ReconciliationRun): Promise<void>;
  /** Differences that are not closed, the one that was not looked at for longest first. */
  listUnclosed(acquirer: string, limit: number): Promise<Difference[]>;
  markSeen(id: bigint, now: Date): Promise<void>;
  /** Closes a difference and its alert; false when it is closed already. */
  closeDifference(id: bigint, resolution: string, now: Date): Promise<boolean>;
}

/** A run with how many differences it was the first to find. */
export interface ListedRun extends ReconciliationRun {
  readonly foundCount: bigint;
}

/** What operators see and do. */
export interface ReconciliationDesk {
  /** Newest first. */
  listRuns(page: { readonly limit: number; readonly before?: bigint | undefined }): Promise<ListedRun[]>;
  /** Newest first. */
  listDifferences(page: {
    readonly limit: number;
    readonly before?: bigint | undefined;
    readonly runId?: bigint | undefined;
    readonly unclosedOnly?: boolean | undefined;
  }): Promise<Difference[]>;
  /** Gives an unclosed difference to somebody, with the audit entry in the same commit; false when there is none of that id. */
  assignDifference(id: bigint, owner: string, audit: AuditEntry): Promise<boolean>;
  /** Closes a difference and its alert, with the audit entry in the same commit; false when it is closed already. */
  closeDifference(id: bigint, resolution: string, now: Date, audit: AuditEntry): Promise<boolean>;
  countDifferences(): Promise<{ readonly open: number; readonly mending: number }>;
}
