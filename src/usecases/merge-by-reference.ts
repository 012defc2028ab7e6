/** A line of either book: many on the left may not share a reference, those on the right may. */
interface Referenced {
  readonly reference: string;
}

/** What both books say under one reference; one side may say nothing. */
export interface ReferencePair<Left, Right> {
  readonly reference: string;
  readonly left: Left | null;
  readonly right: readonly Right[];
}

/** Gives the page that begins after a reference; `last` when there is none behind it. */
export type PageSource<Line> = (
  after: string | null,
) => Promise<{ readonly lines: readonly Line[]; readonly last: boolean }>;

/**
 * Walks two lists at once, both in the byte order of their references (a merge join), and yields what they say in
 * batches. At most two pages of each list are in memory: one being read, the next on its way.
 */
export async function* mergeByReference<Left extends Referenced, Right extends Referenced>(
  left: PageSource<Left>,
  right: PageSource<Right>,
  after: string | null,
): AsyncGenerator<readonly ReferencePair<Left, Right>[]> {
  const lefts = new PageReader(left, after);
  const rights = new PageReader(right, after);
  await Promise.all([lefts.fill(), rights.fill()]);
  while (lefts.current || rights.current) {
    yield readTogether(lefts, rights);
    await Promise.all([lefts.fill(), rights.fill()]);
  }
}

/** Reads both pages as far as both reach. */
function readTogether<Left extends Referenced, Right extends Referenced>(
  lefts: PageReader<Left>,
  rights: PageReader<Right>,
): ReferencePair<Left, Right>[] {
  const pairs: ReferencePair<Left, Right>[] = [];
  while ((lefts.current || lefts.isOver) && (rights.current || rights.isOver)) {
    const ours = lefts.current;
    const theirs = rights.current;
    if (!ours && !theirs) break;
    if (ours && (!theirs || ours.reference < theirs.reference)) {
      pairs.push({ reference: ours.reference, left: ours, right: [] });
      lefts.skip();
      continue;
    }
    if (!theirs) break;
    const { reference } = theirs;
    const isBoth = ours?.reference === reference;
    pairs.push({ reference, left: isBoth ? ours : null, right: rights.takeAll(reference) });
    if (isBoth) lefts.skip();
  }
  return pairs;
}

/** One list, read page by page and one page ahead. */
class PageReader<Line extends Referenced> {
  readonly #source: PageSource<Line>;
  #lines: readonly Line[] = [];
  #index = 0;
  #coming: ReturnType<PageSource<Line>> | null;

  constructor(source: PageSource<Line>, after: string | null) {
    this.#source = source;
    this.#coming = this.#ask(after);
  }

  /** The line that is next; undefined at the end of a page and of the list. */
  get current(): Line | undefined {
    return this.#lines[this.#index];
  }

  get isOver(): boolean {
    return this.#coming === null && this.current === undefined;
  }

  skip(): void {
    this.#index++;
  }

  /** Every line under `reference`, which is the current one's; a page holds all of them. */
  takeAll(reference: string): Line[] {
    const start = this.#index;
    while (this.current?.reference === reference) this.#index++;
    return this.#lines.slice(start, this.#index);
  }

  /** Makes sure that there is a current line, unless the list is over. */
  async fill(): Promise<void> {
    while (this.#coming && this.current === undefined) {
      const { lines, last } = await this.#coming;
      this.#lines = lines;
      this.#index = 0;
      const end = lines.at(-1)?.reference;
      this.#coming = last || end === undefined ? null : this.#ask(end);
    }
  }

  #ask(after: string | null): ReturnType<PageSource<Line>> {
    const page = this.#source(after);
    // A page that is never waited for, because the other list failed first, must not be an unhandled rejection.
    page.catch(() => undefined);
    return page;
  }
}
