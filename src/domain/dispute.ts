import type { MinorUnits } from './money.ts';

/** A cardholder's dispute of a payment, as the acquirer told of it: the money is taken back for now. */
export interface Dispute {
  /** The acquirer's own name of the case. */
  readonly id: string;
  readonly amount: MinorUnits;
  readonly currency: string;
  /** In the network's words, such as Visa's 10.4; null when the acquirer gives none. */
  readonly reasonCode: string | null;
  readonly raisedAt: Date;
}
