/**
 * What went wrong in the vault:
 * - `not_authentic`: the sealed bytes were changed, cut, or belong to another row, field, merchant or mode;
 * - `unknown_key_version`: the key that sealed them is not (or no longer) in the database;
 * - `opening_not_announced`: no record says what the card is opened for, so it stays shut;
 * - `root_key_mismatch`: the root key does not belong to this database;
 * - `root_key_file`: the root key file cannot be used as it is;
 * - `root_key_refused`: the key service does not let us use the root key, and asking again would not help;
 * - `root_key_unavailable`: the key service gave no usable answer in time; what needs it may be tried again;
 * - `text_too_long`: more than the vault seals in one piece.
 */
export type VaultErrorCode =
  | 'not_authentic'
  | 'unknown_key_version'
  | 'opening_not_announced'
  | 'root_key_mismatch'
  | 'root_key_file'
  | 'root_key_refused'
  | 'root_key_unavailable'
  | 'text_too_long';

/** A failure of the vault; the message names the place and never a key, a card number or a code. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether it is the key service that is out of reach: what was asked for may be asked for again. */
export function isRootKeyUnavailable(error: unknown): boolean {
  return error instanceof VaultError && error.code === 'root_key_unavailable';
}
