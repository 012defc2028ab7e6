import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { watchNpm } from './ancestors.mjs';
import { compileCache, pinnedNode, projectFolder } from './project.mjs';

const NPM_POLL_MS = 500;
/** npm passes on the Ctrl-C that the terminal also gave us; one press is one signal. */
const REPEATED_SIGNAL_MS = 1_000;
const SHUTDOWN_MS_MAX = 15_000;
/** Ends the program at once when this launcher is gone. */
const FOLLOW = new URL('./follow-launcher.mjs', import.meta.url).href;

/**
 * Runs a program of this project on the pinned Node, passes signals on to it, and ends with its exit code.
 * The program is in a process group of its own, so that Ctrl-C reaches it once, through us.
 *
 * @param {readonly string[]} args the program and its arguments, after Node's own flags
 */
export function runPinned(args) {
  const child = spawn(
    pinnedNode,
    ['--disable-sigusr1', '--disable-warning=ExperimentalWarning', '--import', FOLLOW, ...args],
    {
      cwd: projectFolder,
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: true,
    },
  );

  const stopWatching = watchNpm(NPM_POLL_MS, () => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), SHUTDOWN_MS_MAX).unref();
  });

  let lastSignalAt = Number.NEGATIVE_INFINITY;
  /** @type {readonly NodeJS.Signals[]} */
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of forwarded) {
    process.on(signal, () => {
      const now = performance.now();
      if (now - lastSignalAt < REPEATED_SIGNAL_MS) return;
      lastSignalAt = now;
      child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    });
  }

  child.on('error', (error) => {
    console.error(`${pinnedNode} cannot be run: ${error.message}. Remove node_modules and start again.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    stopWatching();
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
  });
}
