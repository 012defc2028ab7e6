/** The unguessable segment of a browser's address: the core's token, 64 lower-case hex characters. */
export const tokenSegment = ':token([0-9a-f]{64})';

export interface TokenPath {
  readonly token: string;
}

/** A field of the form that was posted; undefined when there is none. */
export function formField(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}
