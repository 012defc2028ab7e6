import type { Currency } from '../../src/domain/currency.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import { type MinorUnits, noMoney } from '../../src/domain/money.ts';
import type {
  Acquirer,
  AcquirerOutcome,
  Approval,
  AuthorizationRequest,
  FollowUpRequest,
  InquiryOutcome,
} from '../../src/usecases/ports/acquirer.ts';
import type { World } from './world.ts';

export interface BookRow {
  readonly reference: AttemptId;
  readonly id: string;
  readonly amount: bigint;
  readonly currency: string;
  status: 'authorized' | 'captured' | 'voided' | 'reversed' | 'declined';
  captured: bigint;
  refunded: bigint;
}

interface Message {
  readonly kind: 'capture' | 'void' | 'refund';
  readonly row: BookRow;
  readonly amount: bigint;
  readonly approved: boolean;
  reversed: boolean;
}

/** A bank with a book in memory that loses, delays and doubles what it is sent, by the world's seed. */
export class SimulatedBank implements Acquirer {
  readonly name = 'simulated';
  readonly book: BookRow[] = [];
  readonly #messages = new Map<string, Message>();
  readonly #closed = new Set<string>();
  readonly #world: World;
  faultShare = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get #fault(): boolean {
    return this.#world.chance(this.faultShare);
  }

  async authorize(request: AuthorizationRequest): Promise<AcquirerOutcome> {
    const book = (): AcquirerOutcome => this.#authorize(request);
    return this.#deliver(book);
  }

  capture(request: FollowUpRequest): Promise<AcquirerOutcome> {
    return this.#deliver(() => this.#followUp('capture', request));
  }

  void(request: FollowUpRequest): Promise<AcquirerOutcome> {
    return this.#deliver(() => this.#followUp('void', request));
  }

  refund(request: FollowUpRequest): Promise<AcquirerOutcome> {
    return this.#deliver(() => this.#followUp('refund', request));
  }

  /** Lost on the way, late, or answered; and the answer may be lost as well. */
  async #deliver(act: () => AcquirerOutcome): Promise<AcquirerOutcome> {
    await this.#world.pause();
    if (this.#fault) return { kind: 'unknown', cause: 'lost on the way' };
    if (this.#fault) {
      // Still on its way when we stop listening: it arrives within the time that the network may take.
      void this.#arriveLate(act);
      return { kind: 'unknown', cause: 'late' };
    }
    const outcome = act();
    await this.#world.pause();
    return this.#fault ? { kind: 'unknown', cause: 'answer lost' } : outcome;
  }

  async #arriveLate(act: () => AcquirerOutcome): Promise<void> {
    for (let wait = this.#world.below(4); wait > 0; wait--) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    act();
  }

  #authorize(request: AuthorizationRequest): AcquirerOutcome {
    const { reference } = request;
    const known = this.book.find((row) => row.reference === reference);
    if (known) return this.#approval(known);
    if (this.#closed.has(reference))
      return { kind: 'declined', reason: 'processing_error', acquirerReference: null };
    const declined = request.cardholderName === 'Declined';
    const row: BookRow = {
      reference,
      id: `b${this.book.length + 1}`,
      amount: this.#fault && request.amount > 1n ? request.amount / 2n : request.amount,
      currency: request.currency,
      status: declined ? 'declined' : request.kind === 'purchase' ? 'captured' : 'authorized',
      captured: 0n,
      refunded: 0n,
    };
    if (row.status === 'captured') row.captured = row.amount;
    this.book.push(row);
    return this.#approval(row);
  }

  #approval(row: BookRow): Approval | Extract<AcquirerOutcome, { kind: 'declined' }> {
    if (row.status === 'declined')
      return { kind: 'declined', reason: 'card_declined', acquirerReference: row.id };
    return {
      kind: 'approved',
      acquirerReference: row.id,
      authorizationCode: '123456',
      networkTransactionId: `n${row.id}`,
      amount: row.amount as MinorUnits,
      currency: row.currency as Currency,
      avsResult: null,
      cvcResult: null,
    };
  }

  #followUp(kind: Message['kind'], request: FollowUpRequest): AcquirerOutcome {
    const known = this.#messages.get(request.reference);
    if (known) return this.#messageOutcome(known);
    if (this.#closed.has(request.reference))
      return { kind: 'declined', reason: 'processing_error', acquirerReference: null };
    const row = this.book.find((candidate) => candidate.id === request.acquirerReference);
    if (!row) return { kind: 'declined', reason: 'processing_error', acquirerReference: null };
    const message: Message = {
      kind,
      row,
      amount: request.amount,
      approved: this.#apply(kind, row, request.amount),
      reversed: false,
    };
    this.#messages.set(request.reference, message);
    return this.#messageOutcome(message);
  }

  #apply(kind: Message['kind'], row: BookRow, amount: bigint): boolean {
    switch (kind) {
      case 'capture':
        if (row.status !== 'authorized' || amount > row.amount) return false;
        row.status = 'captured';
        row.captured = amount;
        return true;
      case 'void':
        if (row.status !== 'authorized') return false;
        row.status = 'voided';
        return true;
      case 'refund':
        if (row.status !== 'captured' || row.refunded + amount > row.captured) return false;
        row.refunded += amount;
        return true;
    }
  }

  #messageOutcome(message: Message): AcquirerOutcome {
    if (!message.approved || message.reversed) {
      return { kind: 'declined', reason: 'processing_error', acquirerReference: message.row.id };
    }
    return { ...(this.#approval(message.row) as Approval), amount: message.amount as MinorUnits };
  }

  async reverse({ original }: { reference: AttemptId; original: AttemptId }): Promise<AcquirerOutcome> {
    return this.#deliver(() => {
      if (this.#fault) return { kind: 'declined', reason: 'processing_error', acquirerReference: null };
      this.#closed.add(original);
      for (const row of this.book) {
        if (row.reference === original && row.status !== 'declined') {
          row.status = 'reversed';
          row.captured = 0n;
        }
      }
      const message = this.#messages.get(original);
      if (message?.approved && !message.reversed) this.#undo(message);
      return {
        kind: 'approved',
        acquirerReference: original,
        authorizationCode: null,
        networkTransactionId: null,
        amount: noMoney,
        currency: 'XXX' as Currency,
        avsResult: null,
        cvcResult: null,
      };
    });
  }

  #undo(message: Message): void {
    if (message.kind === 'capture') {
      message.row.status = 'authorized';
      message.row.captured = 0n;
    } else if (message.kind === 'refund') message.row.refunded -= message.amount;
    else message.row.status = 'authorized';
    message.reversed = true;
  }

  async inquire(reference: AttemptId): Promise<InquiryOutcome> {
    await this.#world.pause();
    if (this.#fault) return { kind: 'unknown', cause: 'no answer' };
    const row = this.book.find((candidate) => candidate.reference === reference);
    if (row?.status === 'reversed') {
      return {
        kind: 'found',
        outcome: { kind: 'declined', reason: 'unknown_error', acquirerReference: row.id },
      };
    }
    if (row) return { kind: 'found', outcome: this.#approval(row) };
    const message = this.#messages.get(reference);
    if (!message) return { kind: 'not_found' };
    const outcome = this.#messageOutcome(message);
    return outcome.kind === 'unknown' ? outcome : { kind: 'found', outcome };
  }
}
