/** Mends what lies ahead of a clock that was set back. */
export interface SetBackStore {
  /**
   * Makes due what waits for longer than anything is meant to wait: messages without an outcome, deliveries, payments whose
   * time is limited. Forgets counters of fraud that lie ahead. When the clock is known to have been set back, messages and
   * deliveries of what is now the future are due as well, however near it is. Answers how many rows it moved.
   */
  bringForward(now: Date, known: boolean): Promise<number>;
}
