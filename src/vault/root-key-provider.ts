/**
 * The root of all keys, kept outside the database: a file, or a key management service.
 * It wraps 32-byte keys only, never card data. `aad` must be given alike to `wrap` and `unwrap`.
 */
export interface RootKeyProvider {
  /** The version that wraps from now on; older ones only unwrap. */
  currentVersion(): number;
  wrap(plain: Buffer, aad: Buffer): Promise<{ version: number; wrapped: Buffer }>;
  /**
   * The plain key in a Buffer of its own, which the caller overwrites after use.
   *
   * @throws {VaultError} `root_key_mismatch` when the version is missing or `wrapped` was not made by it with this `aad`.
   */
  unwrap(version: number, wrapped: Buffer, aad: Buffer): Promise<Buffer>;
}
