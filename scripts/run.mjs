// Runs one TypeScript program of this project: node scripts/run.mjs FILE.ts [arguments]
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { runPinned } from './lib/run-pinned.mjs';

if (process.argv[2] === undefined) {
  console.error('Name the program to run: node scripts/run.mjs FILE.ts [arguments]');
  process.exit(2);
}
ensureInstalled({ dev: true });
runPinned(process.argv.slice(2));
