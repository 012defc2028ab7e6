import type { AuthenticationResult } from '../usecases/ports/authenticator.ts';
import { decodeBase64url } from './base64url.ts';
import type { Ares, Cres, Rreq, TransStatus } from './messages.ts';

/** A 3-D Secure message that cannot be read; `message` names the field and never quotes it. */
export class ThreeDsMessageError extends Error {
  readonly code = 'invalid_three_ds_message';
}

const aresStatuses = ['Y', 'A', 'N', 'U', 'R', 'C', 'D', 'I'] as const satisfies readonly TransStatus[];
const rreqStatuses = ['Y', 'A', 'N', 'U', 'R'] as const;
const cresStatuses = ['Y', 'N'] as const;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads the directory server's answer. @throws {ThreeDsMessageError} */
export function parseAres(value: unknown): Ares {
  const fields = parseMessage(value, 'ARes');
  return {
    threeDSServerTransID: transactionId(fields, 'threeDSServerTransID'),
    acsTransID: transactionId(fields, 'acsTransID'),
    dsTransID: transactionId(fields, 'dsTransID'),
    messageVersion: version(fields),
    transStatus: oneOf(fields, 'transStatus', aresStatuses),
    transStatusReason: digits(fields, 'transStatusReason'),
    eci: digits(fields, 'eci'),
    authenticationValue: authenticationValue(fields),
    acsURL: url(fields, 'acsURL'),
  };
}

/** Reads a result that an ACS sent server to server. @throws {ThreeDsMessageError} */
function parseRreq(value: unknown): Rreq {
  const fields = parseMessage(value, 'RReq');
  return {
    threeDSServerTransID: transactionId(fields, 'threeDSServerTransID'),
    acsTransID: transactionId(fields, 'acsTransID'),
    dsTransID: fields.dsTransID === undefined ? null : transactionId(fields, 'dsTransID'),
    messageVersion: version(fields),
    transStatus: oneOf(fields, 'transStatus', rreqStatuses),
    transStatusReason: digits(fields, 'transStatusReason'),
    eci: digits(fields, 'eci'),
    authenticationValue: authenticationValue(fields),
    challengeCancel: digits(fields, 'challengeCancel'),
  };
}

/** The same as the core's own result. @throws {ThreeDsMessageError} */
export function parseAuthenticationResult(value: unknown): AuthenticationResult {
  const result = parseRreq(value);
  return {
    serverTransactionId: result.threeDSServerTransID,
    acsTransactionId: result.acsTransID,
    transStatus: result.transStatus,
    transStatusReason: result.transStatusReason,
    eci: result.eci,
    authenticationValue: result.authenticationValue,
    dsTransactionId: result.dsTransID,
    challengeCancel: result.challengeCancel,
    version: result.messageVersion,
  };
}

/** Reads the form field `cres` with which the browser comes back. @throws {ThreeDsMessageError} */
export function parseCres(encoded: string): Cres {
  const fields = parseMessage(decodeJson(encoded, 'cres'), 'CRes');
  return {
    threeDSServerTransID: transactionId(fields, 'threeDSServerTransID'),
    acsTransID: transactionId(fields, 'acsTransID'),
    transStatus: oneOf(fields, 'transStatus', cresStatuses),
  };
}

function decodeJson(encoded: string, name: string): unknown {
  const bytes = decodeBase64url(encoded);
  if (bytes === undefined) throw new ThreeDsMessageError(`${name}: expected base64url without padding`);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ThreeDsMessageError(`${name}: expected JSON`);
  }
}

function parseMessage(value: unknown, type: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ThreeDsMessageError(`${type}: expected an object`);
  }
  const fields = value as Record<string, unknown>;
  if (fields.messageType !== type) throw new ThreeDsMessageError(`messageType: expected ${type}`);
  return fields;
}

function transactionId(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || !uuid.test(value))
    throw new ThreeDsMessageError(`${name}: expected a UUID`);
  return value;
}

function version(fields: Record<string, unknown>): string {
  const value = fields.messageVersion;
  if (typeof value !== 'string' || !/^2\.[0-9]\.[0-9]$/.test(value)) {
    throw new ThreeDsMessageError('messageVersion: expected 2.x.y');
  }
  return value;
}

function digits(fields: Record<string, unknown>, name: string): string | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || !/^[0-9]{2}$/.test(value))
    throw new ThreeDsMessageError(`${name}: expected two digits`);
  return value;
}

function authenticationValue(fields: Record<string, unknown>): string | null {
  const value = fields.authenticationValue;
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]{27}=$/.test(value)) {
    throw new ThreeDsMessageError('authenticationValue: expected 20 bytes in base64');
  }
  return value;
}

function url(fields: Record<string, unknown>, name: string): string | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  const parsed = typeof value === 'string' && value.length <= 2048 ? URL.parse(value) : null;
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw new ThreeDsMessageError(`${name}: expected an http or https address`);
  }
  return parsed.href;
}

function oneOf<Name extends string>(
  fields: Record<string, unknown>,
  name: string,
  allowed: readonly Name[],
): Name {
  const found = allowed.find((candidate) => candidate === fields[name]);
  if (found === undefined) throw new ThreeDsMessageError(`${name}: expected one of ${allowed.join(', ')}`);
  return found;
}
