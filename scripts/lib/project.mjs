import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/** The Node that package.json pins, whatever Node started the script. */
export const pinnedNode = join(projectFolder, 'node_modules', 'node', 'bin', 'node');

/** Where Node keeps what it made of our sources, types stripped and compiled, so that a start need not do it again. */
export const compileCache = join(projectFolder, 'node_modules', '.cache', 'node-compile');

/** How Node is told to run the gateway: a heap that stays small under load (docs/performance.md has the figures). */
export const gatewayFlags = ['--max-semi-space-size=8', '--max-old-space-size=512'];
