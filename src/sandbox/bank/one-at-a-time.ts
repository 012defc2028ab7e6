/**
 * Lets messages under one reference pass one after the other, so that a reversal and the authorization that it undoes
 * never miss each other in the database. One process runs the bank, so its memory is enough.
 */
export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(reference: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(reference);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(reference, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(reference) === mine) this.#last.delete(reference);
    }
  }
}
