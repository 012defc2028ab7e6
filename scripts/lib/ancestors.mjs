import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const SHELLS = new Set(['sh', 'dash', 'bash', 'ash', 'busybox', 'zsh']);

/**
 * Calls `onLost` once when npm, or the shell between npm and us, is gone: killed with -9 it can tell nobody.
 * Returns a function that ends the watch. Does nothing when npm did not start us.
 *
 * @param {number} everyMs
 * @param {() => void} onLost
 * @returns {() => void}
 */
export function watchNpm(everyMs, onLost) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const parent = process.ppid;
  const parentStart = readProcess(parent);
  const shellParent = parentStart !== null && SHELLS.has(parentStart.name) ? parentStart.parent : null;
  const timer = setInterval(() => {
    const lost =
      process.ppid !== parent || (shellParent !== null && readProcess(parent)?.parent !== shellParent);
    if (!lost) return;
    clearInterval(timer);
    onLost();
  }, everyMs);
  return () => clearInterval(timer);
}

/**
 * @param {number} pid
 * @returns {{ name: string, parent: number } | null}
 */
function readProcess(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { name, parent: Number(parent) };
    } catch {
      return null;
    }
  }
  const result = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
  const [, parent, name] = /^\s*(\d+)\s+(.*\S)/.exec(result.stdout ?? '') ?? [];
  return name === undefined ? null : { name: name.split('/').at(-1) ?? name, parent: Number(parent) };
}
