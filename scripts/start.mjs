import { ensureInstalled } from './lib/ensure-installed.mjs';
import { runPinned } from './lib/run-pinned.mjs';

ensureInstalled({ dev: false });
runPinned(['src/main.ts', ...process.argv.slice(2)]);
