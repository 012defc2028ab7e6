import { findSandboxCard } from './cards.ts';

/** Whether `pan`, digits only, is a listed test card: live mode refuses those, the sandbox every other number. */
export function isListedTestCard(pan: string): boolean {
  return findSandboxCard(pan) !== undefined;
}
