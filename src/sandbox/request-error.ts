/** A request to the sandbox that cannot be carried out; the message names the field and what it should be. */
export class SandboxRequestError extends Error {
  readonly statusCode = 400;
}
