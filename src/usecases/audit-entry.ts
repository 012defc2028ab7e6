import type { AuditEntry } from './ports/audit.ts';

/** Who does something to the installation, and from where. */
export interface Operator {
  readonly actor: string;
  readonly origin: string;
}

/** What the audit log keeps of an operator's act; never a card, key or secret. */
export function auditEntry(
  { actor, origin }: Operator,
  act: string,
  object: string,
  details: NonNullable<AuditEntry['details']> = {},
): AuditEntry {
  return { actor, origin, act, object, result: 'done', details };
}
