// Every check that CI runs: npm test. With a word after --, only the test files whose path contains it.
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { runPinned } from './lib/run-pinned.mjs';

ensureInstalled({ dev: true });
runPinned(['scripts/check.ts', ...process.argv.slice(2)]);
