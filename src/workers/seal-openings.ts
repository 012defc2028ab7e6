import type { AuditLog } from '../usecases/ports/audit.ts';
import type { ScheduledWork } from './schedule.ts';

/** Openings under one seal, at most: some 30 ms of work. */
const batch = 5000;
/** One run makes at most this many seals; the next goes on. */
const batchesMax = 100;

/** Chains the openings of cards into the audit log, a batch at a time, within a second or two of each. */
export function sealOpeningsWork(audit: AuditLog): ScheduledWork {
  return {
    name: 'seal-openings',
    intervalMs: 1000,
    async run() {
      for (let round = 0; round < batchesMax; round++) {
        if ((await audit.sealOpenings(batch)) === 0) return;
      }
    },
  };
}
