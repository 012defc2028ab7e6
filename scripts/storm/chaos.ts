import { setTimeout as delay } from 'node:timers/promises';
import { Client as DatabaseClient } from 'pg';
import type { Chance } from './chance.ts';
import { sendOnce } from './clients.ts';
import { type House, killPost } from './house.ts';
import type { Receiver } from './receiver.ts';

/** What the storm did, for the report. */
export interface Damage {
  processKills: number;
  databaseKills: number;
  clockJumps: number;
  receiverOutages: number;
  exhaustions: number;
}

const connectionsTaken = 60;

/** Breaks something every few hundred milliseconds, in an order of the seed's, until `isOver`. */
export async function rage(
  house: House,
  receivers: readonly Receiver[],
  chance: Chance,
  isOver: () => boolean,
): Promise<Damage> {
  const damage: Damage = {
    processKills: 0,
    databaseKills: 0,
    clockJumps: 0,
    receiverOutages: 0,
    exhaustions: 0,
  };
  const repairs: Promise<unknown>[] = [];
  while (!isOver()) {
    await delay(200 + chance.below(1200));
    const dice = chance.fraction();
    if (dice < 0.5) {
      damage.processKills++;
      repairs.push(killPost(house, chance.pick(house.posts), chance.below(800)));
      await delay(300);
    } else if (dice < 0.62) {
      if (killNow(house.postgres.pid)) damage.databaseKills++;
      await delay(1500);
    } else if (dice < 0.78) {
      if (await advanceClock(house, chance.pick([3, 30, 300, 2000]))) damage.clockJumps++;
    } else if (dice < 0.92) {
      const receiver = chance.pick(receivers);
      if (!receiver.down) damage.receiverOutages++;
      receiver.down = !receiver.down;
    } else {
      damage.exhaustions++;
      repairs.push(exhaust(house, 500 + chance.below(1500)));
    }
  }
  for (const receiver of receivers) receiver.down = false;
  await Promise.allSettled(repairs);
  return damage;
}

/** False when it was just dying anyway. */
function killNow(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Moves the gateway's clock forward through whichever process answers. */
export async function advanceClock(house: House, seconds: number): Promise<boolean> {
  const body = JSON.stringify({ advance_seconds: seconds });
  const headers = { 'content-type': 'application/json' };
  for (const api of house.apis) {
    const answer = await sendOnce(`${api.url}/sandbox/clock`, { method: 'POST', path: '', headers, body });
    if (answer?.status === 200) return true;
  }
  return false;
}

/** Takes most of the server's connections for a while, so that the gateway's pools cannot grow. */
async function exhaust(house: House, holdMs: number): Promise<void> {
  const taken = Array.from(
    { length: connectionsTaken },
    () => new DatabaseClient({ connectionString: house.postgres.connectionString }),
  );
  for (const client of taken) client.on('error', () => undefined);
  await Promise.allSettled(taken.map((client) => client.connect()));
  await delay(holdMs);
  await Promise.allSettled(taken.map((client) => client.end()));
}
