import { inspect } from 'node:util';

/** One line for failures that say themselves what to do; the whole story for those that should not happen. */
export function explainStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return `Sallyport cannot start: ${inspect(error)}`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    const { address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
    return `Sallyport cannot start: port ${port} on ${address} is taken. Stop what listens there, or set PORT to another one.`;
  }
  if (code === 'EACCES' && 'port' in error) {
    return `Sallyport cannot start: this user may not listen on port ${String(error.port)}. Set PORT to one above 1023.`;
  }
  return code
    ? `Sallyport cannot start: ${error.message}`
    : `Sallyport cannot start: ${error.stack ?? error.message}`;
}
