import { compareLines, type Finding } from '../domain/reconciliation.ts';
import { describeFinding } from './describe-finding.ts';
import type { Gateway } from './gateway.ts';
import { mendDifference } from './mend-difference.ts';
import { mergeByReference, type PageSource, type ReferencePair } from './merge-by-reference.ts';
import type { AcquirerRecords, BookedAuthorization } from './ports/acquirer.ts';
import type {
  Difference,
  FoundDifference,
  ListedLine,
  ReadLine,
  ReconciliationPurpose,
  ReconciliationRun,
  ReconciliationStore,
  RunStep,
} from './ports/reconciliation.ts';

/** The window is cut into slices of about so many lines, which lie close together in both books. */
const sliceLines = 20_000;
const sliceMsMin = 1000;
const pageLimit = 25_000;
/** Differences that are looked at closely at once: each asks the acquirer. */
const closelyAtOnce = 8;
/** Real seconds after which a run that made no step may be taken over: its process is dead by then. */
const holdSecondsDefault = 60;
/** Of the differences that wait for somebody, so many are looked at again by each run. */
const recheckMax = 1000;
/** How often a line is read anew when its payment moved while we looked. */
const looksMax = 5;
/** A message without an end for so long is a difference of its own. */
const unknownForSeconds = 24 * 3600;

export interface ReconcileTools {
  readonly gateway: Gateway;
  readonly store: ReconciliationStore;
  /** Real seconds; 60 when left out. */
  readonly holdSeconds?: number;
  /** Told after every step. */
  readonly onStep?: (run: ReconciliationRun) => void;
}

export type ReconcileResult =
  | {
      readonly kind: 'done';
      readonly run: ReconciliationRun;
      readonly found: number;
      readonly closed: number;
    }
  /** Another process is at this window. */
  | { readonly kind: 'held' }
  /** The acquirer did not show its book to the end; the run goes on from where it stopped when it is begun again. */
  | { readonly kind: 'interrupted'; readonly cause: string }
  /** The acquirer shows no book. */
  | { readonly kind: 'not_offered' };

/** The acquirer's book cannot be read now. */
class BookUnreadable extends Error {}
/** Another process took the run over. */
class RunTakenOver extends Error {}

interface Course {
  readonly gateway: Gateway;
  readonly store: ReconciliationStore;
  readonly records: AcquirerRecords;
  readonly holdSeconds: number;
  readonly onStep: (run: ReconciliationRun) => void;
}

/** What came of a close look at one reference. */
type CloseLook =
  | { readonly kind: 'compared'; readonly ours: ReadLine | null; readonly findings: readonly Finding[] }
  | { readonly kind: 'in_flight'; readonly since: Date };

/**
 * Compares the acquirer's book with ours over a window, in both directions and in bounded memory, and writes each
 * difference once. What the acquirer holds without right is reversed. Every step is committed, so that a run that was
 * killed goes on where it was; a window may be compared any number of times.
 */
export async function reconcile(
  tools: ReconcileTools,
  window: { readonly purpose: ReconciliationPurpose; readonly from: Date; readonly to: Date },
): Promise<ReconcileResult> {
  const { gateway, store } = tools;
  const { acquirer } = gateway;
  if (!acquirer.records) return { kind: 'not_offered' };
  const holdSeconds = tools.holdSeconds ?? holdSecondsDefault;
  const run = await store.holdRun({ ...window, acquirer: acquirer.name }, gateway.clock.now(), holdSeconds);
  if (!run) return { kind: 'held' };
  const course: Course = {
    gateway,
    store,
    records: acquirer.records,
    holdSeconds,
    onStep: tools.onStep ?? (() => undefined),
  };
  const at = { run };
  try {
    const found = await compareWindow(course, at);
    const closed = await recheck(course);
    const finished = await store.finishRun(at.run, gateway.clock.now());
    return finished ? { kind: 'done', run: finished, found, closed } : { kind: 'held' };
  } catch (error) {
    if (error instanceof RunTakenOver) return { kind: 'held' };
    await store.releaseRun(at.run).catch(() => undefined);
    if (error instanceof BookUnreadable) return { kind: 'interrupted', cause: error.message };
    throw error;
  }
}

interface Slice {
  readonly from: Date;
  readonly to: Date;
}

type Pairs = readonly ReferencePair<ListedLine, BookedAuthorization>[];

/**
 * Walks both books from where the run stands, slice by slice of time, and in order of reference within a slice; answers
 * how many differences it saw. While one slice is compared, the next is on its way.
 */
async function compareWindow(course: Course, at: { run: ReconciliationRun }): Promise<number> {
  const slices = sliceWindow(at.run, await course.store.countOurs({ ...at.run, from: at.run.comparedUntil }));
  let found = 0;
  let next = slices.next().value;
  let coming = next && readSlice(course, at.run.acquirer, next, at.run.comparedTo);
  while (next && coming) {
    const slice: Slice = next;
    const current = coming;
    next = slices.next().value;
    coming = next && readSlice(course, at.run.acquirer, next, null);
    for (let batch = await current.first; !batch.done; batch = await current.rest.next()) {
      found += await compareBatch(course, at, slice, batch.value);
      course.onStep(at.run);
    }
    await advance(course, at, { ...nothingFound, comparedUntil: slice.to, comparedTo: null });
  }
  return found;
}

const nothingFound = { compared: 0, inFlight: 0, inFlightSince: null, found: [] };

/** What is left of a window, cut into slices of equal time. */
function* sliceWindow({ comparedUntil, to }: ReconciliationRun, lines: number): Generator<Slice, undefined> {
  const count = Math.max(1, Math.ceil(lines / sliceLines));
  const stepMs = Math.max(sliceMsMin, Math.ceil((to.getTime() - comparedUntil.getTime()) / count));
  for (let from = comparedUntil; from < to; ) {
    const end = new Date(Math.min(from.getTime() + stepMs, to.getTime()));
    yield { from, to: end };
    from = end;
  }
}

/** Begins to read both sides of a slice. */
function readSlice(
  { store, records }: Course,
  acquirer: string,
  { from, to }: Slice,
  after: string | null,
): { readonly first: Promise<IteratorResult<Pairs>>; readonly rest: AsyncGenerator<Pairs> } {
  const ours: PageSource<ListedLine> = async (reached) => {
    const lines = await store.listOurs({ acquirer, from, to, after: reached, limit: pageLimit });
    return { lines, last: lines.length < pageLimit };
  };
  const theirs: PageSource<BookedAuthorization> = async (reached) => {
    const page = await records.listAuthorizations({ from, to, after: reached, limit: pageLimit });
    if (page.kind === 'unknown') throw new BookUnreadable(page.cause);
    return { lines: page.authorizations, last: page.last };
  };
  const rest = mergeByReference(ours, theirs, after);
  const first = rest.next();
  // When the slice before it fails, nobody waits for this one.
  first.catch(() => undefined);
  return { first, rest };
}

async function advance(course: Course, at: { run: ReconciliationRun }, step: RunStep): Promise<void> {
  const advanced = await course.store.advanceRun(
    at.run,
    step,
    course.gateway.clock.now(),
    course.holdSeconds,
  );
  if (!advanced) throw new RunTakenOver();
  at.run = advanced;
}

async function compareBatch(
  course: Course,
  at: { run: ReconciliationRun },
  slice: Slice,
  pairs: Pairs,
): Promise<number> {
  const end = pairs.at(-1)?.reference;
  if (end === undefined) return 0;
  const doubtful: string[] = [];
  for (const { reference, left, right } of pairs) {
    // The other side may lie just outside of the window, and what is open may be more than just young.
    const isDoubtful =
      left === null || right.length === 0 || left.openSince !== null || compareLines(left, right).length > 0;
    if (isDoubtful && !(left && right.length === 0 && needsNoLine(left))) doubtful.push(reference);
  }
  const looks = await lookCloselyAtAll(course, at.run.acquirer, doubtful);
  const inFlight = looks.filter(({ look }) => look.kind === 'in_flight');
  const since = inFlight.map(({ look }) => (look.kind === 'in_flight' ? look.since.getTime() : Infinity));
  const found = looks.flatMap(({ reference, look }) => differencesOf(reference, look));
  await advance(course, at, {
    comparedUntil: slice.from,
    comparedTo: end,
    compared: pairs.length,
    inFlight: inFlight.length,
    inFlightSince: since.length > 0 ? new Date(Math.min(...since)) : null,
    found: found.map(({ difference }) => difference),
  });
  for (const { difference, finding } of found) await mend(course, difference, finding);
  return found.length;
}

/** An attempt that failed needs no line at the acquirer, who need not keep what it declined or never received. */
function needsNoLine(line: ListedLine): boolean {
  return !line.stands && line.openSince === null;
}

async function lookCloselyAtAll(
  course: Course,
  acquirer: string,
  references: readonly string[],
): Promise<{ reference: string; look: CloseLook }[]> {
  const looks: { reference: string; look: CloseLook }[] = [];
  for (let start = 0; start < references.length; start += closelyAtOnce) {
    const some = references.slice(start, start + closelyAtOnce);
    const results = await Promise.all(some.map((reference) => lookClosely(course, acquirer, reference)));
    for (const [index, look] of results.entries()) looks.push({ reference: some[index] ?? '', look });
  }
  return looks;
}

/**
 * Reads both sides of one reference at one moment: ours before and after theirs. A message to the acquirer is committed
 * before it is sent and after it is answered, so when nothing moved and nothing is open, both sides must agree.
 */
async function lookClosely(course: Course, acquirer: string, reference: string): Promise<CloseLook> {
  const { gateway, records, store } = course;
  const now = gateway.clock.now();
  for (let look = 0; look < looksMax; look++) {
    const before = await store.findOurs(acquirer, reference);
    const theirs = await records.findAuthorizations(reference);
    if (theirs.kind === 'unknown') throw new BookUnreadable(theirs.cause);
    const ours = await store.findOurs(acquirer, reference);
    if (before?.version !== ours?.version) continue;
    const since = ours?.openSince;
    if (!since) return { kind: 'compared', ours, findings: compareLines(ours, theirs.authorizations) };
    if (now.getTime() - since.getTime() < unknownForSeconds * 1000) return { kind: 'in_flight', since };
    const finding = {
      cause: 'outcome_unknown',
      theirs: theirs.authorizations[0] ?? null,
      remedy: null,
    } as const;
    return { kind: 'compared', ours, findings: [finding] };
  }
  return { kind: 'in_flight', since: now };
}

function differencesOf(
  reference: string,
  look: CloseLook,
): { difference: FoundDifference; finding: Finding }[] {
  if (look.kind === 'in_flight') return [];
  return look.findings.map((finding) => ({
    difference: describeFinding(reference, look.ours, finding),
    finding,
  }));
}

async function mend(
  { gateway }: Course,
  {
    merchantId,
    attemptId,
    acquirerReference,
  }: Pick<Difference, 'merchantId' | 'attemptId' | 'acquirerReference'>,
  { remedy }: Finding,
): Promise<void> {
  if (!remedy || !merchantId || !attemptId) return;
  const onlyAcquirerReference = remedy === 'reverse_line' ? acquirerReference : null;
  await mendDifference(gateway, { merchantId, attemptId, onlyAcquirerReference });
}

/** Looks again at what was found and not closed, whenever it happened; answers how many are closed by it. */
async function recheck(course: Course): Promise<number> {
  const { gateway, store } = course;
  const acquirer = gateway.acquirer.name;
  let closed = 0;
  for (const difference of await store.listUnclosed(acquirer, recheckMax)) {
    const look = await lookClosely(course, acquirer, difference.reference);
    if (look.kind === 'in_flight') continue;
    const still = look.findings.find(
      ({ cause, theirs }) =>
        cause === difference.cause && (theirs?.acquirerReference ?? '') === difference.acquirerReference,
    );
    const now = gateway.clock.now();
    if (!still) {
      const resolution = difference.status === 'mending' ? 'mended' : 'gone';
      if (await store.closeDifference(difference.id, resolution, now)) closed++;
      continue;
    }
    await store.markSeen(difference.id, now);
    await mend(course, difference, still);
  }
  return closed;
}
