import { inspect } from 'node:util';

type SystemError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

/** One line for failures that say themselves what to do; the whole story for those that should not happen. */
export function explainStartFailure(error: unknown): string {
  return `Sallyport cannot start: ${error instanceof Error ? explain(error) : inspect(error)}`;
}

function explain(error: SystemError): string {
  const { code } = error;
  if (!code) return error.stack ?? error.message;
  return (
    explainListening(error) ?? explainUnreachable(code, error) ?? explainFolder(error) ?? messageOf(error)
  );
}

function explainListening({ code, syscall, address, port }: SystemError): string | null {
  if (syscall !== 'listen') return null;
  if (code === 'EADDRINUSE')
    return `port ${port} on ${address} is taken. Stop what listens there, or set PORT to another one.`;
  if (code === 'EACCES') return `this user may not listen on port ${port}. Set PORT to one above 1023.`;
  if (code === 'EADDRNOTAVAIL')
    return `this machine has no address ${address}. Set HOST to one that it has, or to 0.0.0.0 for all.`;
  return null;
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/** Of all that a start connects to, only the database's errors come as Node throws them. */
function explainUnreachable(code: string, error: Error): string | null {
  if (!unreachable.has(code)) return null;
  return `no PostgreSQL answers: ${messageOf(error)}. Is the server that DATABASE_URL names running, and in reach?`;
}

const closedFolder = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

function explainFolder({ code = '', syscall, message }: SystemError): string | null {
  if (syscall !== 'mkdir' || !closedFolder.has(code)) return null;
  return `${message}. Set SALLYPORT_DATA to a folder that this user may make and write to.`;
}

/** A host with several addresses fails with an error of each, and no message of its own. */
function messageOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors
    .map((each: unknown) => (each instanceof Error ? each.message : String(each)))
    .join(', ');
}
