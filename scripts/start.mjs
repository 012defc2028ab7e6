import { ensureInstalled } from './lib/ensure-installed.mjs';
import { gatewayFlags } from './lib/project.mjs';
import { runPinned } from './lib/run-pinned.mjs';

ensureInstalled({ dev: false });
runPinned([...gatewayFlags, 'src/main.ts', ...process.argv.slice(2)]);
