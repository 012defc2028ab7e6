import { createHash } from 'node:crypto';
import { faults as allFaults, type Fault } from '../cards.ts';
import type { Book } from './book.ts';

/** What the bank is to do wrong beside what its test cards say. */
export interface FaultPlan {
  /** Equal seeds draw equal faults, authorization by authorization. */
  readonly seed: number;
  /** The part of the approved authorizations that meet a fault, 0 to 1. */
  readonly share: number;
  readonly faults: readonly Fault[];
  /** After so many approved authorizations the plan is over. */
  readonly authorizations: number;
}

/** A plan and how many authorizations it has judged so far. */
export interface RunningPlan extends FaultPlan {
  readonly drawn: number;
}

/** The fault that the plan has for the authorization number `index`, from 0; null leaves it alone. */
export function plannedFault(plan: Omit<FaultPlan, 'authorizations'>, index: number): Fault | null {
  const drawn = createHash('sha256').update(`${plan.seed}:${index}`).digest();
  if (drawn.readUInt32BE(0) >= plan.share * 2 ** 32) return null;
  return plan.faults[drawn.readUInt32BE(4) % plan.faults.length] ?? null;
}

/** Begins a plan in the place of whatever ran before. */
export async function beginPlan(book: Book, plan: FaultPlan): Promise<void> {
  await book.query(
    `insert into sandbox_bank.fault_plan (seed, share, faults, authorizations) values ($1, $2, $3, $4)
     on conflict (only_one) do update set seed = $1, share = $2, faults = $3, authorizations = $4, drawn = 0`,
    [plan.seed, plan.share, plan.faults, plan.authorizations],
  );
}

export async function endPlan(book: Book): Promise<void> {
  await book.query('delete from sandbox_bank.fault_plan');
}

/** The plan that was begun last, though it may be over; null when there is none. */
export async function readPlan(book: Book): Promise<RunningPlan | null> {
  const { rows } = await book.query<PlanRow>(
    'select seed::text, share, faults, authorizations, drawn from sandbox_bank.fault_plan',
  );
  return rows.map(planFromRow)[0] ?? null;
}

/** What the plan has for one more approved authorization; null without a plan, or when it is over. */
export async function drawFault(book: Book): Promise<Fault | null> {
  const { rows } = await book.query<PlanRow>({
    name: 'sandbox_bank_draw_fault',
    text: `update sandbox_bank.fault_plan set drawn = drawn + 1 where drawn < authorizations
      returning seed::text, share, faults, authorizations, drawn`,
    values: [],
  });
  const [plan] = rows.map(planFromRow);
  return plan ? plannedFault(plan, plan.drawn - 1) : null;
}

interface PlanRow {
  readonly seed: string;
  readonly share: number;
  readonly faults: string[];
  readonly authorizations: number;
  readonly drawn: number;
}

function planFromRow(row: PlanRow): RunningPlan {
  return {
    ...row,
    seed: Number(row.seed),
    faults: allFaults.filter((fault) => row.faults.includes(fault)),
  };
}
