import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Processor seconds since each began, and of the whole machine; null where there is no /proc. */
export interface ProcessorTimes {
  readonly gateway: number;
  /** The postmaster with all its children, those that ended included. */
  readonly database: number;
  readonly acquirer: number;
  readonly machine: number;
}

export interface WatchedProcesses {
  readonly gateway: number;
  readonly postmaster: number;
  readonly acquirer: number;
}

const linux = process.platform === 'linux';
const ticksPerSecond = linux ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 100;

/** Reads the processor times of all watched processes at once. */
export function readProcessorTimes(watched: WatchedProcesses): ProcessorTimes | null {
  if (!linux) return null;
  return {
    gateway: ownSeconds(watched.gateway),
    database: treeSeconds(watched.postmaster),
    acquirer: ownSeconds(watched.acquirer),
    machine: machineSeconds(),
  };
}

interface Stat {
  readonly parent: number;
  readonly own: number;
  /** Of children that have ended and were waited for. */
  readonly ended: number;
}

function readStat(pid: number): Stat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // proc(5): the second field, the name, may hold spaces; those behind its bracket are counted from the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (number: number): number => Number(fields[number - 3]);
  return {
    parent: at(4),
    own: (at(14) + at(15)) / ticksPerSecond,
    ended: (at(16) + at(17)) / ticksPerSecond,
  };
}

function ownSeconds(pid: number): number {
  return readStat(pid)?.own ?? 0;
}

function treeSeconds(root: number): number {
  const stat = readStat(root);
  let seconds = stat === null ? 0 : stat.own + stat.ended;
  for (const child of childrenOf(root)) seconds += ownSeconds(child);
  return seconds;
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readStat(pid)?.parent === parent);
}

function machineSeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + soft) / ticksPerSecond;
}

/** Megabytes (10^6 bytes) of memory; null where there is no /proc. */
export interface MemoryUse {
  /** The most that the gateway's process ever had resident. */
  readonly gatewayPeak: number;
  /** What PostgreSQL's processes hold now, shared pages counted once. */
  readonly database: number;
}

/** Reads what the gateway and the database hold in memory. */
export function readMemory(watched: WatchedProcesses): MemoryUse | null {
  if (!linux) return null;
  let database = 0;
  for (const pid of [watched.postmaster, ...childrenOf(watched.postmaster)])
    database += readKilobytes(`/proc/${pid}/smaps_rollup`, 'Pss');
  return {
    gatewayPeak: (readKilobytes(`/proc/${watched.gateway}/status`, 'VmHWM') * 1024) / 1e6,
    database: (database * 1024) / 1e6,
  };
}

function readKilobytes(file: string, name: string): number {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
