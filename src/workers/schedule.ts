import { type Random, randomFraction } from '../lib/random.ts';
import { WakeUp } from './wake-up.ts';
import type { WorkerLog } from './worker-log.ts';

export interface ScheduledWork {
  /** For the log and the metrics. */
  readonly name: string;
  /** Between the end of one run and the beginning of the next, in real milliseconds. */
  readonly intervalMs: number;
  /** The work; it reads the business clock itself. */
  readonly run: () => Promise<void>;
}

export interface ScheduleObserver {
  ran(name: string, outcome: 'done' | 'failed', seconds: number): void;
}

export interface Schedule {
  /** Runs at once, or once more when a run is under way. */
  poke(): void;
  /** Waits for the run under way. */
  stop(): Promise<void>;
}

/** Each interval is longer or shorter by up to this share, so that many processes do not sweep in step. */
const jitter = 0.1;
const failurePauseMsMax = 60_000;

/**
 * Runs `work` again and again, one run at a time, beginning now. A run that throws is logged and tried again after the
 * interval, doubled with each failure up to a minute.
 */
export function startSchedule(
  work: ScheduledWork,
  tools: {
    readonly random: Random;
    readonly log: WorkerLog;
    readonly observer?: ScheduleObserver | undefined;
  },
): Schedule {
  const wakeUp = new WakeUp();
  let stopping = false;

  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!stopping) {
      const began = performance.now();
      let outcome: 'done' | 'failed' = 'done';
      try {
        await work.run();
        failures = 0;
      } catch (error) {
        outcome = 'failed';
        failures++;
        tools.log.error(
          { err: error, work: work.name, failures },
          'scheduled work failed; it will run again',
        );
      }
      tools.observer?.ran(work.name, outcome, (performance.now() - began) / 1000);
      if (stopping) return;
      const backedOff = Math.max(
        work.intervalMs,
        Math.min(work.intervalMs * 2 ** Math.min(failures, 20), failurePauseMsMax),
      );
      await wakeUp.sleep(backedOff * (1 + jitter * (2 * randomFraction(tools.random) - 1)));
    }
  };

  const ended = loop();
  return {
    poke: () => wakeUp.call(),
    stop() {
      stopping = true;
      wakeUp.call();
      return ended;
    },
  };
}
