import { once } from 'node:events';
import type { Client } from 'pg';
import type { CellMessage, CellResult, CellShape } from './cell.ts';
import type { FloorTask } from './floor.ts';
import type { FloorDatabase } from './floor-database.ts';
import type { LoadTask } from './load.ts';
import { forkMeasurer } from './programs.ts';
import { type ProcessorTimes, readProcessorTimes, type WatchedProcesses } from './resources.ts';

/** What all cells of a run are measured on. */
export interface MeasuringGround {
  readonly admin: Client;
  readonly watched: WatchedProcesses;
  readonly floor: FloorDatabase;
  readonly url: string;
  readonly savedCard: string;
}

/** One measured cell: what the measuring process found, and what the others used meanwhile. */
export interface MeasuredCell {
  readonly shape: CellShape;
  readonly result: CellResult;
  /** Null where processor times cannot be read. */
  readonly used: (ProcessorTimes & { readonly others: number }) | null;
}

/** Measures one cell in a fresh process. A checkpoint comes before, so that every cell finds the log the same. */
export async function measureCell(
  ground: MeasuringGround,
  who: 'floor' | 'gateway',
  shape: CellShape,
): Promise<MeasuredCell> {
  await ground.admin.query('checkpoint');
  const task: FloorTask | LoadTask =
    who === 'floor'
      ? {
          ...shape,
          connectionString: ground.floor.connectionString,
          payment: ground.floor.payments[shape.kind],
        }
      : { ...shape, url: ground.url, savedCard: ground.savedCard };
  const child = forkMeasurer(who === 'floor' ? 'floor.ts' : 'load.ts');
  const times: Partial<Record<'begin' | 'end', ProcessorTimes | null>> = {};
  let result: CellResult | undefined;
  child.on('message', (message) => {
    const told = message as CellMessage;
    if ('result' in told) {
      result = told.result;
      return;
    }
    times[told.at] = readProcessorTimes(ground.watched);
    if (told.at === 'end') child.send('read');
  });
  child.send(task);
  // What it told is here when its channel is closed, which may be after its end.
  const [[code]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  if (!result) throw new Error(`the measuring process of the ${who} ended with ${code} and no result`);
  return { shape, result, used: difference(times, result) };
}

function difference(
  { begin, end }: Partial<Record<'begin' | 'end', ProcessorTimes | null>>,
  { processorSeconds }: CellResult,
): MeasuredCell['used'] {
  if (!begin || !end) return null;
  const used = {
    gateway: end.gateway - begin.gateway,
    database: end.database - begin.database,
    acquirer: end.acquirer - begin.acquirer,
    machine: end.machine - begin.machine,
  };
  const ours = used.gateway + used.database + used.acquirer + processorSeconds;
  return { ...used, others: Math.max(0, used.machine - ours) };
}

/** Payments per second within the measured time. */
export function perSecond({ result }: MeasuredCell): number {
  return result.payments / result.seconds;
}
