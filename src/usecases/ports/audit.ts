/** Something that was done to the installation, by a person or by the gateway itself; never a card, key or secret. */
export interface AuditEntry {
  /** Who: the operator's account, or `gateway`. */
  readonly actor: string;
  /** What, as `things.verb`, such as `keys.revoked`. */
  readonly act: string;
  /** To what: an id. */
  readonly object: string;
  readonly result: 'done' | 'refused' | 'failed';
  /** From where: machine and program, or an address. */
  readonly origin: string;
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What is wrong with the audit log, or that nothing is. */
export type AuditVerdict =
  | {
      readonly kind: 'sound';
      /** Rows of the log, and openings of cards sealed in it. */
      readonly rows: number;
      readonly openings: number;
      /** Openings that await their seal. */
      readonly unsealed: number;
      /** The last row; noted elsewhere, it shows later that nothing was cut off the end. Null when the log is empty. */
      readonly head: { readonly sequence: bigint; readonly hash: string } | null;
    }
  | {
      readonly kind: 'broken';
      /** The first row that does not hold; null when openings lie outside every seal. */
      readonly sequence: bigint | null;
      readonly reason: string;
    };

/** The append-only, hash-chained record of administrative acts and of every opening of a card. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** Chains up to `limit` openings of cards, and what was appended since the last seal; returns how many openings. */
  sealOpenings(limit: number): Promise<number>;
}
