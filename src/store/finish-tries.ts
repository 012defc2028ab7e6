import type { WebhookStore } from '../usecases/ports/webhooks.ts';
import type { Database } from './database.ts';

type FinishTry = WebhookStore['finishTry'];
type Outcome = Parameters<FinishTry>[1];

interface Waiting {
  readonly id: string;
  readonly tryNumber: number;
  readonly outcome: Outcome;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const batchMax = 500;

/**
 * Writes the ends of tries, those that end while one statement is under way together in the next: no try waits for a
 * timer, and a thousand a second cost a few commits. A delivery that another worker has ended, or that was resent, stays as it is.
 */
export function createTryFinisher(database: Database): { finishTry: FinishTry } {
  const waiting: Waiting[] = [];
  let writing = false;

  const writeAll = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchMax);
      try {
        await writeBatch(database, batch);
        for (const one of batch) one.done();
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    writing = false;
  };

  return {
    finishTry: ({ id, tryNumber }, outcome) =>
      new Promise<void>((done, failed) => {
        waiting.push({ id, tryNumber, outcome, done, failed });
        if (!writing) void writeAll();
      }),
  };
}

async function writeBatch(database: Database, batch: readonly Waiting[]): Promise<void> {
  // One order for everybody: two processes that end the same deliveries must not lock them crosswise.
  const ordered = batch.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  const outcomes = ordered.map(({ outcome }) => outcome);
  await database.query({
    name: 'finish-tries',
    text: `update webhook_deliveries delivery
      set state = ended.state, next_try_at = ended.next_try_at, last_status = ended.status, last_error = ended.error,
        finished_at = ended.finished_at
      from unnest($1::text[], $2::text[], $3::timestamptz[], $4::integer[], $5::text[], $6::timestamptz[],
          $7::integer[])
        as ended (id, state, next_try_at, status, error, finished_at, try_number)
      where delivery.id = ended.id and delivery.state = 'pending'
        and (ended.state = 'delivered' or delivery.tries = ended.try_number)`,
    values: [
      ordered.map(({ id }) => id),
      outcomes.map((outcome) => (outcome.kind === 'retry' ? 'pending' : outcome.kind)),
      outcomes.map((outcome) => (outcome.kind === 'retry' ? outcome.nextTryAt.toISOString() : null)),
      outcomes.map((outcome) => outcome.status),
      outcomes.map((outcome) => (outcome.kind === 'delivered' ? null : outcome.error)),
      outcomes.map((outcome) => (outcome.kind === 'retry' ? null : outcome.at.toISOString())),
      ordered.map(({ tryNumber }) => tryNumber),
    ],
  });
}
