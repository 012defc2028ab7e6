import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/** The Node that package.json pins, whatever Node started the script. */
export const pinnedNode = join(projectFolder, 'node_modules', 'node', 'bin', 'node');
