/** A broken promise of our own code: never the caller's fault, always a 500 and a log line. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Stops with an AssertionError unless `condition` holds; assertions stay on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Closes a switch over a union: the compiler refuses a forgotten member, the runtime an impossible one. */
export function assertNever(value: never, what: string): never {
  throw new AssertionError(`${what}: unexpected ${JSON.stringify(value)}`);
}
