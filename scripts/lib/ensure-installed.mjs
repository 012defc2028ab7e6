import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, projectFolder } from './project.mjs';

const NODE_MAJOR_MIN = 20;

/**
 * @typedef {{ version?: string, integrity?: string, dev?: boolean, optional?: boolean, link?: boolean }} LockedPackage
 */

/**
 * Runs `npm ci` unless node_modules already holds exactly what package-lock.json asks for; says so in one line.
 * Ends the process with npm's code when it fails.
 *
 * @param {{ dev: boolean }} needed whether the development dependencies must be there too
 */
export function ensureInstalled(needed) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NODE_MAJOR_MIN) {
    console.error(`Sallyport needs Node ${NODE_MAJOR_MIN} or later to start; this is ${process.version}.`);
    process.exit(1);
  }
  if (isInstalled(needed)) return;
  console.error('Installing dependencies (npm ci; needed once, and after package-lock.json changes) ...');
  const status = runNpmCi();
  if (status === 0 && isInstalled(needed)) return;
  console.error(
    'npm ci did not complete; its lines above say why. Sallyport cannot start without its dependencies.',
  );
  process.exit(status || 1);
}

/** npm itself is asked for when it started us: the npm on the path may be another. */
function runNpmCi() {
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const byNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm);
  const [program, all] = byNpm ? [process.execPath, [npm, ...args]] : ['npm', args];
  // npm's own lines go to standard error, so that standard output stays the server's.
  const result = spawnSync(program, all, { cwd: projectFolder, stdio: ['ignore', 2, 2] });
  if (result.error) console.error(`npm could not be run: ${result.error.message}`);
  return result.status ?? 1;
}

/**
 * npm writes node_modules/.package-lock.json when an install is complete, so comparing it with package-lock.json finds
 * an install that is missing, broken off, out of date, or without what is needed only for development.
 *
 * @param {{ dev: boolean }} needed
 */
function isInstalled(needed) {
  if (!existsSync(pinnedNode)) return false;
  const wanted = readPackages(join(projectFolder, 'package-lock.json'));
  const present = readPackages(join(projectFolder, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, locked]) => {
    if (path === '' || locked.optional || (locked.dev && !needed.dev)) return true;
    const found = present[path];
    return found !== undefined && found.version === locked.version && found.integrity === locked.integrity;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage>}
 */
function readPackages(file) {
  if (!existsSync(file)) return {};
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
