import { retryAfterSecondsMax } from '../domain/retry-schedule.ts';
import { limitSeconds } from '../domain/risk/card-limits.ts';
import { addSeconds } from '../lib/clock.ts';
import type { SetBackStore } from '../usecases/ports/set-back.ts';
import type { Database } from './database.ts';

/** Clocks of several machines differ by less. */
const toleranceSeconds = 60;
/** Twice the longest wait between two inquiries. */
const inquirySecondsMax = 2 * 3600;
/** Twice what a receiver may ask for, which is more than the longest wait of any format. */
const deliverySecondsMax = 2 * retryAfterSecondsMax;
/** Links live for a day; authentications for less. */
const paymentSecondsMax = 7 * 24 * 3600;

/** A counter is kept for twice the longest window of velocity. */
const counterSecondsMax = 2 * 24 * 3600 + toleranceSeconds;

interface Mending {
  readonly name: string;
  /** `$1` is now. */
  readonly text: string;
  readonly more: (now: Date, known: boolean) => readonly Date[];
}

const mendings: readonly Mending[] = [
  {
    // What is far ahead counts as sent now: nobody knows better, and what its acquirer never received is given up only when
    // it can no longer arrive. What is near may have been sent by a machine whose clock is wrong, and keeps its time.
    name: 'bring-attempts-forward',
    text: `update attempts set next_inquiry_at = $2,
        sent_at = case when coalesce(sent_at, created_at) > $4 then $1::timestamptz else sent_at end
      where state in ('queued', 'sending', 'unknown')
        and (coalesce(sent_at, created_at) > $3 or next_inquiry_at > $4)`,
    more: (now, known) => [
      addSeconds(now, toleranceSeconds),
      addSeconds(now, known ? toleranceSeconds : inquirySecondsMax),
      addSeconds(now, inquirySecondsMax),
    ],
  },
  {
    // Of a long backlog only the far end is looked at, unless there is a reason to look at all of it.
    name: 'bring-deliveries-forward',
    text: `update webhook_deliveries set next_try_at = $1
      where state = 'pending' and next_try_at > $2 and (created_at > $2 or next_try_at > $3)`,
    more: (now, known) => [
      addSeconds(now, known ? toleranceSeconds : deliverySecondsMax),
      addSeconds(now, deliverySecondsMax),
    ],
  },
  {
    name: 'bring-payments-forward',
    text: `update payments set expires_at = $1
      where state in ('awaiting_card', 'authenticating') and expires_at > $2`,
    more: (now) => [addSeconds(now, paymentSecondsMax)],
  },
  {
    name: 'forget-failed-cards-ahead',
    text: 'delete from failed_cards where failed_at > $1::timestamptz and failed_at > $2',
    more: (now) => [addSeconds(now, toleranceSeconds)],
  },
  {
    name: 'forget-card-limits-ahead',
    text: 'delete from card_limits where limited_until > $1::timestamptz and limited_until > $2',
    more: (now) => [addSeconds(now, limitSeconds + toleranceSeconds)],
  },
  {
    name: 'forget-risk-counters-ahead',
    text: 'delete from risk_counters where expires_at > $1::timestamptz and expires_at > $2',
    more: (now) => [addSeconds(now, counterSecondsMax)],
  },
];

/** The SetBackStore over PostgreSQL. */
export function createSetBackStore(database: Database): SetBackStore {
  return {
    async bringForward(now, known) {
      let moved = 0;
      for (const { name, text, more } of mendings) {
        const values = [now, ...more(now, known)].map((time) => time.toISOString());
        moved += (await database.query({ name, text, values })).rowCount;
      }
      return moved;
    },
  };
}
