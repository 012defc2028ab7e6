/** `2026-03-04T09:14:02.118000Z`: ISO 8601, UTC, microseconds, as every answer writes times (section 4). */
export function isoMicroseconds(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

/** `2026-03-04 09:15:27`: UTC without a zone, as version 1 webhooks write `event_time`. */
export function plainTime(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
