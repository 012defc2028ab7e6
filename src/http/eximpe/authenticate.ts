import type { FastifyRequest } from 'fastify';
import type { Merchant } from '../../domain/merchant.ts';
import { assert } from '../../lib/assert.ts';
import { Secret } from '../../lib/secret.ts';
import type { Caller } from '../../usecases/ports/directory.ts';
import { AnswerError, type EdgeServer } from '../edge/dialect.ts';
import { type ApiVersion, parseApiVersion } from './api-version.ts';
import { errorAnswer, throwProblem } from './errors.ts';
import type { EximpeCall, EximpeRoom } from './room.ts';
import { type EximpeSettings, readSettings } from './settings.ts';

const readMethods = new Set(['GET', 'HEAD']);

/** Makes every route of `scope` answer only a known client, before its body is read (section 2). */
export function addAuthentication(scope: EdgeServer, room: EximpeRoom): void {
  scope.decorateRequest('eximpe', null);
  scope.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const call = await authenticate(request, room);
    request.eximpe = call;
    request.merchantId = call.merchant.id;
  });
}

/** Who the request is for; only behind `addAuthentication`. */
export function callOf(request: FastifyRequest): EximpeCall {
  assert(request.eximpe, 'the route stands behind authentication');
  return request.eximpe;
}

async function authenticate(request: FastifyRequest, room: EximpeRoom): Promise<EximpeCall> {
  const clientId = header(request, 'x-client-id');
  const clientSecret = header(request, 'x-client-secret');
  if (clientId === undefined || clientSecret === undefined) {
    throw missing('authentication', 'Missing credentials.');
  }
  const caller = await room.gateway.directory.findByClient(clientId, new Secret(clientSecret));
  if (caller?.merchant.status !== 'active') throw invalid();
  const settings = readSettings(caller.merchant);
  const version = chooseVersion(request, settings);
  const merchant = await findActing(request, room, caller, settings);
  refuseForRole(request, caller);
  return {
    merchant,
    role: caller.role,
    version,
    settings: merchant === caller.merchant ? settings : readSettings(merchant),
    isPsp: settings.accountType === 'psp',
  };
}

function chooseVersion(request: FastifyRequest, settings: EximpeSettings): ApiVersion {
  const text = header(request, 'x-api-version');
  if (text === undefined) {
    if (settings.versionRequired) throw missing('api_version', 'The header X-API-Version is required.');
    return settings.defaultVersion;
  }
  return (
    parseApiVersion(text) ??
    throwProblem(request, 'api_version', 'This API version is not supported; send 1.x or 2.x.')
  );
}

/** A direct merchant may name itself; a PSP must name whom it acts for. A stranger's number is a wrong credential. */
async function findActing(
  request: FastifyRequest,
  room: EximpeRoom,
  caller: Caller,
  settings: EximpeSettings,
): Promise<Merchant> {
  const number = header(request, 'x-merchant-id');
  if (number === undefined) {
    if (settings.accountType === 'psp' && !/^\/pg\/bin\b/.test(request.url))
      throw missing('merchant_id', 'The header X-Merchant-ID is required for PSP accounts.');
    return caller.merchant;
  }
  if (number === caller.merchant.number) return caller.merchant;
  const acting = await room.gateway.directory.findActingMerchant(caller.merchant, number);
  if (acting?.status !== 'active') throw invalid();
  return acting;
}

function refuseForRole(request: FastifyRequest, caller: Caller): void {
  if (caller.role !== 'read_only' || readMethods.has(request.method)) return;
  throw new AnswerError(errorAnswer(403, 'ERR_AUTH_004', 'These credentials may only read.'));
}

/** A header's value; empty and repeated ones count as absent. */
function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function missing(field: string, message: string): AnswerError {
  return new AnswerError(errorAnswer(401, 'ERR_AUTH_000', 'Missing credentials', { [field]: message }));
}

function invalid(): AnswerError {
  return new AnswerError(errorAnswer(401, 'ERR_AUTH_001', 'Invalid credentials'));
}
