import type { FastifyRequest } from 'fastify';
import { assert } from '../../lib/assert.ts';
import { Secret } from '../../lib/secret.ts';
import type { Gateway } from '../../usecases/gateway.ts';
import type { Caller, CredentialRole } from '../../usecases/ports/directory.ts';
import { errorToThrow } from './errors.ts';

/** What a request does: makes a token in a browser, reads, moves money, or changes the merchant's account. */
export type Permission = 'tokenize' | 'read' | 'pay' | 'manage';

const permissionsByRole: Record<CredentialRole, ReadonlySet<Permission>> = {
  full: new Set(['read', 'pay', 'manage']),
  payments_only: new Set(['read', 'pay']),
  read_only: new Set(['read']),
};

const callers = new WeakMap<object, Caller>();
const bearer = /^bearer +([\x21-\x7e]{1,255}) *$/i;

/**
 * A hook that admits only requests whose `Authorization: Bearer …` may do `permission` (contract section 3). It runs
 * before the body is read, so that nobody without a key makes us work.
 */
export function requireKey(
  gateway: Gateway,
  permission: Permission,
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const key = bearer.exec(request.headers.authorization ?? '')?.[1];
    const caller = key === undefined ? null : await gateway.directory.findByKey(new Secret(key));
    if (!caller) throw unauthorized(request, key === undefined);
    if (caller.merchant.status !== 'active')
      throw errorToThrow(request, 'merchant_not_active', 'The merchant account is not active.');
    refuseUnlessPermitted(request, caller, permission);
    callers.set(request, caller);
    request.merchantId = caller.merchant.id;
  };
}

/** Who sent a request that `requireKey` admitted. */
export function callerOf(request: object): Caller {
  const caller = callers.get(request);
  assert(caller, 'a route that asks for its caller must require a key');
  return caller;
}

function unauthorized(request: FastifyRequest, missing: boolean): Error {
  const message = missing
    ? 'Send your key as the header Authorization: Bearer <key>.'
    : 'The key is unknown, expired, or belongs to the other environment.';
  return errorToThrow(request, 'unauthorized', message, { headers: { 'www-authenticate': 'Bearer' } });
}

function refuseUnlessPermitted(request: FastifyRequest, caller: Caller, permission: Permission): void {
  const forbid = (message: string) => errorToThrow(request, 'forbidden', message);
  if (permission === 'tokenize') {
    if (caller.kind !== 'publishable')
      throw forbid('Tokens are made with a publishable key; keep the access token on your server.');
    return;
  }
  if (caller.kind !== 'secret')
    throw forbid('A publishable key can only make tokens; use the access token from your server.');
  if (!permissionsByRole[caller.role].has(permission))
    throw forbid('This access token is not allowed to do that.');
}
