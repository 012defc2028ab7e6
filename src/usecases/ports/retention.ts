/** Erases the sealed numbers of cards that nobody needs any more; faces and payments stay. */
export interface RetentionStore {
  /** How far the walk through all sealed numbers has come: the last card looked at, empty between two walks. */
  readWalk(): Promise<{ readonly position: string; readonly updatedAt: Date } | null>;
  writeWalk(position: string, now: Date): Promise<void>;
  /**
   * Looks at the `limit` sealed numbers that follow the card `after`, and erases those that no saved card, usable
   * token, payment that ended at or after `endedBefore`, or message under way needs. `last` is null at the end of the walk.
   */
  purgeCards(batch: {
    readonly after: string;
    readonly limit: number;
    readonly endedBefore: Date;
    readonly now: Date;
  }): Promise<{ readonly last: string | null; readonly purged: number }>;
}
