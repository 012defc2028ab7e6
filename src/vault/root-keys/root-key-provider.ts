/**
 * The root of all keys, kept outside the database. It wraps 32-byte keys only, never card data. `aad` must be given alike
 * to `wrap` and `unwrap`; it is not secret, and a key service may write it into its logs.
 */
export interface RootKeyProvider {
  /** The version that wraps from now on; older ones only unwrap. */
  currentVersion(): number;
  /** @throws {VaultError} `root_key_refused` or `root_key_unavailable`, when a key service does not do it. */
  wrap(plain: Buffer, aad: Buffer): Promise<Wrap>;
  /**
   * The plain key in a Buffer of its own, which the caller overwrites after use.
   *
   * @throws {VaultError} `root_key_mismatch` when the version is missing or `wrapped` was not made by it with this `aad`;
   * `root_key_refused` or `root_key_unavailable`, when a key service does not do it.
   */
  unwrap(version: number, wrapped: Buffer, aad: Buffer): Promise<Buffer>;
}

export interface Wrap {
  readonly version: number;
  readonly wrapped: Buffer;
}

/** A root key at the one place where it is kept: a file, or a key service. Its versions are that place's own. */
export interface RootKey extends RootKeyProvider {
  /** Which key it is, wherever it is reached: `file`, `aws-kms:<ARN>`, `vault-transit:<mount>/<key>`. */
  readonly name: string;
  /** Adds a version, which wraps from now on, and returns it; null where that is done at the key's place alone. */
  rotate(): Promise<number | null>;
}

/** Where a root key can be opened, by its name; nothing is read or asked before. */
export interface RootKeyPlace {
  readonly name: string;
  /**
   * @throws {VaultError} `root_key_file` when the file cannot be used; `root_key_refused` or `root_key_unavailable` when
   * the key service does not let us use it, or does not answer.
   */
  open(): Promise<RootKey>;
}
